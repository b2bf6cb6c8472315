from __future__ import annotations

import pytest

from cluejudge.errors import UsageError
from cluejudge.store.decisions import sampling
from cluejudge.store.records import (
    Answer,
    QueueFilter,
)
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome
from tests.store.conftest import Clock
from tests.store.drafts import draft
from tests.store.reviewing import (
    ALL,
    CLEARED,
    LEASE,
    UNSURE,
    record,
    say,
    take,
    unsafe,
    worked_off,
)


def test_the_doubtful_come_first_and_the_oldest_of_each(store: Store) -> None:
    outcomes = [Outcome.SAFE, Outcome.UNSAFE, Outcome.ERROR, Outcome.ABSTAIN] * 2
    ids = [record(store, outcome).id for outcome in outcomes]
    assert worked_off(store) == [ids[place] for place in (3, 7, 2, 6, 1, 5, 0, 4)]


def test_what_never_came_waits_behind_what_is_unsafe(store: Store) -> None:
    refused = [record(store, Outcome.ERROR, sha256="").id for _ in range(3)]
    others = [record(store, outcome).id for outcome in (Outcome.UNSAFE, Outcome.ERROR)]
    safe = record(store, Outcome.SAFE).id
    assert store.reviews.waiting(QueueFilter(outcomes=(Outcome.ERROR,), sample=0)) == 4
    assert worked_off(store) == [*others[::-1], *refused, safe]


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
