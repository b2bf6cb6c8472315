from __future__ import annotations

import pytest

from cluejudge.errors import UsageError
from cluejudge.store.records import (
    DecisionFilter,
    EntryKind,
)
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome
from tests.store.conftest import Clock
from tests.store.reviewing import (
    CLEARED,
    LEASE,
    VIOLATED,
    bodies,
    overrule,
    record,
    say,
    take,
    unsafe,
)


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
