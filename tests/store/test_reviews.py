from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from cluejudge.errors import UsageError
from cluejudge.store.decisions import sampling
from cluejudge.store.records import (
    Answer,
    Decision,
    DecisionFilter,
    EntryKind,
    QueueFilter,
    Review,
    ReviewDraft,
    RuleOverride,
)
from cluejudge.store.store import Store
from cluejudge.store.tables import entries, leases
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store.conftest import Clock
from tests.store.drafts import draft

LEASE = 600.0
ALL = QueueFilter(sample=1.0)
VIOLATED, CLEARED, UNSURE = RuleOutcome.VIOLATED, RuleOutcome.CLEARED, RuleOutcome.UNSURE


def record(
    store: Store,
    outcome: Outcome = Outcome.ABSTAIN,
    rules: Mapping[str, RuleOutcome] | None = None,
    **fields: Any,
) -> Decision:
    return store.decisions.record([draft(outcome, rules, **fields)])[0]


def unsafe(store: Store, *rules: str, **fields: Any) -> Decision:
    return record(store, Outcome.UNSAFE, dict.fromkeys(rules or ("knives",), VIOLATED), **fields)


def take(store: Store, reviewer: str, which: QueueFilter = ALL) -> str | None:
    item = store.reviews.next(reviewer, which=which, lease_s=LEASE)
    return item.decision.id if item is not None else None


def say(store: Store, decision: Decision, reviewer: str, answer: Answer = Answer.AGREE) -> Review:
    return store.reviews.give(
        ReviewDraft(
            decision_id=decision.id,
            reviewer=reviewer,
            answer=answer,
            outcome=decision.verdict.outcome,
        )
    )


def overrule(
    store: Store,
    decision: Decision,
    reviewer: str,
    rules: Mapping[str, RuleOutcome],
    outcome: Outcome,
) -> Review:
    overrides = tuple(
        RuleOverride(rule_id=rule, outcome=said, reason="I see it") for rule, said in rules.items()
    )
    return store.reviews.give(
        ReviewDraft(
            decision_id=decision.id,
            reviewer=reviewer,
            answer=Answer.OVERRULE,
            outcome=outcome,
            overrides=overrides,
        )
    )


def worked_off(store: Store, which: QueueFilter = ALL, reviewer: str = "ana") -> list[str]:
    """What a reviewer is given, one after the other, agreeing with all."""
    seen = []
    while (item := store.reviews.next(reviewer, which=which, lease_s=LEASE)) is not None:
        seen.append(item.decision.id)
        say(store, item.decision, reviewer)
    return seen


def bodies(store: Store, kind: EntryKind) -> list[dict[str, Any]]:
    query = select(entries.c.body).where(entries.c.kind == kind.value).order_by(entries.c.seq)
    with store.database.reading() as connection:
        return [json.loads(body) for body in connection.scalars(query)]


def test_the_doubtful_come_first_and_the_oldest_of_each(store: Store) -> None:
    outcomes = [Outcome.SAFE, Outcome.UNSAFE, Outcome.ERROR, Outcome.ABSTAIN] * 2
    ids = [record(store, outcome).id for outcome in outcomes]
    assert worked_off(store) == [ids[place] for place in (3, 7, 2, 6, 1, 5, 0, 4)]


def test_an_answered_decision_has_left_the_queue_for_everyone(store: Store) -> None:
    first, second = record(store), record(store)
    assert store.reviews.waiting(ALL) == 2
    assert take(store, "ana") == first.id
    assert store.reviews.waiting(ALL) == 2
    say(store, first, "ana")
    assert store.reviews.waiting(ALL) == 1
    assert take(store, "ben") == second.id
    assert take(store, "ana") is None


def test_no_decision_is_held_by_two(store: Store) -> None:
    first, second = record(store), record(store)
    assert take(store, "ana") == first.id
    assert take(store, "ben") == second.id
    assert take(store, "eva") is None


def test_who_asks_again_is_given_what_they_hold(store: Store, clock: Clock) -> None:
    first = record(store)
    record(store)
    assert take(store, "ana") == first.id
    clock.pass_by(LEASE / 2)
    item = store.reviews.next("ana", which=ALL, lease_s=LEASE)
    assert item is not None
    assert item.decision == first
    clock.pass_by(LEASE - 5)
    assert take(store, "ben") != first.id


def test_what_is_held_comes_before_what_is_more_doubtful(store: Store) -> None:
    held = unsafe(store)
    record(store, Outcome.ABSTAIN)
    assert store.reviews.hold(held.id, "ana", LEASE)
    assert take(store, "ana") == held.id


def test_a_lease_that_is_over_frees_the_decision(store: Store, clock: Clock) -> None:
    decision = record(store)
    assert take(store, "ana") == decision.id
    clock.pass_by(LEASE - 5)
    assert take(store, "ben") is None
    clock.pass_by(6)
    assert take(store, "ben") == decision.id
    assert take(store, "ana") is None


def test_a_released_decision_is_free_at_once(store: Store) -> None:
    decision = record(store)
    assert take(store, "ana") == decision.id
    store.reviews.release(decision.id, "ben")
    assert take(store, "ben") is None
    store.reviews.release(decision.id, "ana")
    assert take(store, "ben") == decision.id


def test_who_skips_a_decision_is_not_shown_it_again_but_others_are(store: Store) -> None:
    decision = record(store)
    assert take(store, "ana") == decision.id
    say(store, decision, "ana", Answer.SKIP)
    assert take(store, "ana") is None
    assert store.reviews.waiting(ALL) == 1
    assert take(store, "ben") == decision.id


def test_what_was_skipped_and_opened_again_is_not_what_comes_next(store: Store) -> None:
    decision = record(store)
    say(store, decision, "ana", Answer.SKIP)
    assert store.reviews.hold(decision.id, "ana", LEASE)
    assert take(store, "ana") is None
    other = record(store)
    assert take(store, "ana") == other.id


def test_of_one_picture_judged_alike_the_first_waits_alone(store: Store) -> None:
    decision = record(store)
    record(store, reused_from=decision.id)
    assert store.reviews.waiting(ALL) == 1
    assert worked_off(store) == [decision.id]


def test_the_review_of_the_first_is_one_of_all_that_were_reused_from_it(store: Store) -> None:
    first, other = unsafe(store), unsafe(store)
    again = unsafe(store, reused_from=first.id)
    said = overrule(store, first, "ann", {"knives": CLEARED}, Outcome.SAFE)
    assert store.reviews.of(again.id) == store.reviews.of(first.id) == (said,)
    assert store.reviews.of(other.id) == ()
    for reviewed, found in ((True, [again, first]), (False, [other])):
        wanted = DecisionFilter(reviewed=reviewed)
        assert list(store.decisions.find(wanted).items) == found
    own = say(store, again, "ann")
    assert store.reviews.of(again.id) == (said, own)
    assert store.reviews.of(first.id) == (said,)


def test_the_newest_that_wait_are_listed_and_not_taken(store: Store) -> None:
    first, second, third, answered = (unsafe(store) for _ in range(4))
    unsafe(store, reused_from=third.id)
    say(store, answered, "ann")
    assert take(store, "ann") == first.id
    assert store.reviews.newest(ALL, 2) == (third, second)
    assert store.reviews.newest(ALL, 9) == (third, second, first)
    assert store.reviews.newest(QueueFilter(outcomes=(), sample=0), 9) == ()
    assert store.reviews.newest(QueueFilter(rule="\x00"), 9) == ()
    assert take(store, "ben") == second.id


def test_the_outcomes_and_the_constitution_can_be_chosen(store: Store) -> None:
    here, there = unsafe(store), unsafe(store, constitution="homes")
    doubt = record(store)
    assert worked_off(store, QueueFilter(outcomes=(Outcome.ABSTAIN,), sample=0)) == [doubt.id]
    assert worked_off(store, QueueFilter(constitution="homes")) == [there.id]
    assert worked_off(store, QueueFilter(outcomes=(), sample=0)) == []
    assert store.reviews.waiting(QueueFilter(outcomes=(), sample=0)) == 0
    assert worked_off(store) == [here.id]


def test_of_a_rule_there_is_what_violates_it_and_what_it_was_left_open_in(store: Store) -> None:
    violated = unsafe(store, "knives")
    unsafe(store, "guns")
    open_rule = record(store, Outcome.ABSTAIN, {"knives": UNSURE, "guns": CLEARED})
    record(store, Outcome.ABSTAIN, {"knives": CLEARED, "guns": UNSURE})
    which = QueueFilter(rule="knives")
    assert store.reviews.waiting(which) == 2
    assert worked_off(store, which) == [open_rule.id, violated.id]


def test_of_the_safe_a_share_is_sampled_and_always_the_same(store: Store) -> None:
    made = store.decisions.record([draft(Outcome.SAFE) for _ in range(40)])
    for share in (0.0, 0.25, 0.5, 1.0):
        expected = [each.id for each in made if sampling(each.id) < share * 1_000_000]
        assert store.reviews.waiting(QueueFilter(sample=share)) == len(expected)
    assert store.reviews.waiting(QueueFilter(outcomes=(Outcome.SAFE,), sample=0)) == 40


def test_names_that_no_database_holds_find_nothing(store: Store) -> None:
    record(store)
    for which in (QueueFilter(rule="\x00"), QueueFilter(constitution="\ud800")):
        assert store.reviews.waiting(which) == 0
        assert take(store, "ana", which) is None
    assert store.reviews.of("\x00") == ()
    store.reviews.release("\x00", "ana")
    with pytest.raises(UsageError, match="there is no decision"):
        store.reviews.hold("\x00", "ana", LEASE)
    with pytest.raises(UsageError, match="a reviewer"):
        take(store, "")


def test_a_decision_can_be_opened_by_its_id_if_no_other_holds_it(store: Store) -> None:
    decision = record(store)
    assert store.reviews.hold(decision.id, "ana", LEASE)
    assert store.reviews.hold(decision.id, "ana", LEASE)
    assert not store.reviews.hold(decision.id, "ben", LEASE)
    with pytest.raises(UsageError, match="there is no decision 'dec_none'"):
        store.reviews.hold("dec_none", "ana", LEASE)


def test_a_review_is_recorded_with_its_reasons(store: Store) -> None:
    decision = unsafe(store, "knives", "guns")
    review = overrule(store, decision, "ana", {"knives": CLEARED}, Outcome.UNSAFE)
    assert store.reviews.of(decision.id) == (review,)
    assert review.overrides[0].reason == "I see it"
    (body,) = bodies(store, EntryKind.REVIEW)
    assert body["overrides"] == [{"rule_id": "knives", "outcome": "cleared", "reason": "I see it"}]
    assert (body["reviewer"], body["decision_id"]) == ("ana", decision.id)


def test_the_same_review_is_recorded_once_and_another_one_too(store: Store) -> None:
    decision = unsafe(store)
    first = say(store, decision, "ana")
    assert say(store, decision, "ana") == first
    second = overrule(store, decision, "ana", {"knives": CLEARED}, Outcome.SAFE)
    third = say(store, decision, "ana")
    assert store.reviews.of(decision.id) == (first, second, third)


def test_a_review_of_what_another_holds_is_refused(store: Store, clock: Clock) -> None:
    decision = record(store)
    assert take(store, "ana") == decision.id
    clock.pass_by(LEASE + 1)
    assert take(store, "ben") == decision.id
    with pytest.raises(UsageError, match="another reviewer has this decision"):
        say(store, decision, "ana")
    assert store.reviews.of(decision.id) == ()
    say(store, decision, "ben")
    say(store, decision, "ana")
    assert [review.reviewer for review in store.reviews.of(decision.id)] == ["ben", "ana"]


def test_a_review_that_is_wrong_leaves_nothing_behind(store: Store) -> None:
    decision = unsafe(store)
    assert take(store, "ana") == decision.id
    with pytest.raises(UsageError, match="nothing would change"):
        overrule(store, decision, "ana", {"knives": VIOLATED}, Outcome.UNSAFE)
    with pytest.raises(UsageError, match="there is no decision"):
        say(store, decision.model_copy(update={"id": "dec_none"}), "ana")
    assert bodies(store, EntryKind.REVIEW) == []
    assert take(store, "ben") is None


def test_who_looked_at_what_is_on_record(store: Store) -> None:
    decision = record(store)
    store.reviews.looked(decision.id, "ana", "item")
    store.reviews.looked(decision.id, "ana", "image")
    store.reviews.looked(decision.id, "ana", "image")
    told = bodies(store, EntryKind.LOOK)
    assert [body["what"] for body in told] == ["item", "image", "image"]
    assert {body["reviewer"] for body in told} == {"ana"}
    with pytest.raises(UsageError, match="nobody can look at 'all'"):
        store.reviews.looked(decision.id, "ana", "all")
    with pytest.raises(UsageError, match="there is no decision"):
        store.reviews.looked("dec_none", "ana", "item")


def together(names: Sequence[str], store: Store, done: list[tuple[str, str]]) -> None:
    """Reviewers work at once until the queue is empty for all of them."""
    start = threading.Barrier(len(names))

    def work(name: str) -> None:
        start.wait()
        while (item := store.reviews.next(name, which=ALL, lease_s=LEASE)) is not None:
            done.append((item.decision.id, name))
            say(store, item.decision, name)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, names))


def test_many_reviewers_at_once_never_get_the_same_decision(store: Store) -> None:
    made = store.decisions.record([draft(Outcome.ABSTAIN) for _ in range(40)])
    done: list[tuple[str, str]] = []
    together([f"reviewer-{number}" for number in range(8)], store, done)
    assert sorted(id for id, _ in done) == sorted(each.id for each in made)
    assert all(len(store.reviews.of(each.id)) == 1 for each in made)


def test_of_many_who_ask_for_one_decision_one_gets_it(store: Store, clock: Clock) -> None:
    record(store)
    for _ in range(5):
        start = threading.Barrier(8)

        def ask(name: str, start: threading.Barrier = start) -> str | None:
            start.wait()
            return take(store, name)

        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(ask, [f"reviewer-{number}" for number in range(8)]))
        assert sum(each is not None for each in got) == 1
        with store.database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(leases)) == 1
        clock.pass_by(LEASE + 1)


def test_two_stores_of_one_record_share_the_queue(url: str, store: Store, clock: Clock) -> None:
    made = store.decisions.record([draft(Outcome.UNSAFE) for _ in range(12)])
    with Store.open(url, now=clock) as other:
        done: list[tuple[str, str]] = []
        start = threading.Barrier(4)

        def work(place: int) -> None:
            here = (store, other)[place % 2]
            start.wait()
            while (item := here.reviews.next(f"r{place}", which=ALL, lease_s=LEASE)) is not None:
                done.append((item.decision.id, f"r{place}"))
                say(here, item.decision, f"r{place}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    assert sorted(id for id, _ in done) == sorted(each.id for each in made)
