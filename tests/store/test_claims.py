"""Of several equal requests one is answered; nothing locks an idempotency key for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cluejudge.errors import StoreError, UsageError
from cluejudge.store.claims import ClaimState
from cluejudge.store.store import Store
from tests.store.conftest import Clock
from tests.store.drafts import draft


def test_the_answer_is_kept_for_the_same_request(store: Store) -> None:
    claim = store.decisions.claim("app", "k1", "r1")
    assert claim.state is ClaimState.NEW
    drafts = [draft(), draft()]
    store.decisions.record(drafts, settles={claim: [each.id for each in drafts]})
    again = store.decisions.claim("app", "k1", "r1")
    assert again.state is ClaimState.SAME
    assert again.decisions == (drafts[0].id, drafts[1].id)


def test_the_answer_is_kept_for_ever(store: Store, clock: Clock) -> None:
    claim = store.decisions.claim("app", "k1", "r1")
    assert store.decisions.settle(claim, ["dec_1"])
    clock.pass_by(1e8)
    assert store.decisions.claim("app", "k1", "r1").state is ClaimState.SAME
    assert store.decisions.claim("app", "k1", "r2").state is ClaimState.CONFLICT


def test_another_request_conflicts_and_another_key_does_not(store: Store) -> None:
    store.decisions.claim("app", "k1", "r1")
    assert store.decisions.claim("app", "k1", "r2").state is ClaimState.CONFLICT
    assert store.decisions.claim("bot", "k1", "r2").state is ClaimState.NEW
    assert store.decisions.claim("app", "k2", "r2").state is ClaimState.NEW


def test_what_is_under_way_says_until_when(store: Store, clock: Clock) -> None:
    first = store.decisions.claim("app", "k1", "r1", lease_s=60)
    clock.pass_by(59)
    second = store.decisions.claim("app", "k1", "r1", lease_s=60)
    assert second.state is ClaimState.UNDER_WAY
    assert second.until == first.until
    assert second.decisions == ()


def test_a_claim_whose_process_died_is_free_after_its_time(store: Store, clock: Clock) -> None:
    dead = store.decisions.claim("app", "k1", "r1", lease_s=60)
    clock.pass_by(61)
    taken = store.decisions.claim("app", "k1", "r2", lease_s=60)
    assert taken.state is ClaimState.NEW
    assert not store.decisions.settle(dead, ["dec_late"])
    store.decisions.release(dead)
    assert store.decisions.claim("app", "k1", "r2", lease_s=60).state is ClaimState.UNDER_WAY
    assert store.decisions.settle(taken, ["dec_1"])
    assert store.decisions.claim("app", "k1", "r2").decisions == ("dec_1",)


def test_decisions_of_a_claim_that_was_taken_over_are_recorded_all_the_same(
    store: Store, clock: Clock
) -> None:
    slow = store.decisions.claim("app", "k1", "r1", lease_s=1)
    clock.pass_by(2)
    taken = store.decisions.claim("app", "k1", "r1", lease_s=1)
    late = draft()
    store.decisions.record([late], settles={slow: [late.id]})
    assert store.decisions.get(late.id) is not None
    assert store.decisions.settle(taken, ["dec_1"])


def test_a_released_claim_is_free_at_once_and_a_settled_one_is_not(store: Store) -> None:
    claim = store.decisions.claim("app", "k1", "r1")
    store.decisions.release(claim)
    claim = store.decisions.claim("app", "k1", "r2")
    assert claim.state is ClaimState.NEW
    store.decisions.settle(claim, ["dec_1"])
    store.decisions.release(claim)
    assert store.decisions.claim("app", "k1", "r2").state is ClaimState.SAME


def test_a_claim_is_not_settled_by_what_could_not_be_recorded(store: Store) -> None:
    (first,) = store.decisions.record([draft()])
    claim = store.decisions.claim("app", "k1", "r1")
    with pytest.raises(StoreError):
        store.decisions.record([draft(id=first.id)], settles={claim: [first.id]})
    assert store.decisions.claim("app", "k1", "r1").state is ClaimState.UNDER_WAY


def test_a_claim_cannot_be_settled_by_nothing(store: Store) -> None:
    claim = store.decisions.claim("app", "k1", "r1")
    with pytest.raises(ValueError, match="settled by decisions"):
        store.decisions.settle(claim, [])


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "\ud800"])
def test_a_key_that_cannot_be_kept_is_told(store: Store, key: str) -> None:
    with pytest.raises(UsageError, match="idempotency key"):
        store.decisions.claim("app", key, "r1")


def test_one_of_many_at_once_gets_the_claim(store: Store) -> None:
    ready = threading.Barrier(8)

    def ask(number: int) -> ClaimState:
        ready.wait()
        return store.decisions.claim("app", "k1", "r1").state

    with ThreadPoolExecutor(8) as pool:
        states = sorted(pool.map(ask, range(8)))
    assert states == [ClaimState.NEW] + [ClaimState.UNDER_WAY] * 7
