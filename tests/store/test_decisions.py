"""Decisions are recorded whole, in one transaction, and found again."""

from __future__ import annotations

import pytest

from cluejudge.errors import StoreError, UsageError
from cluejudge.settings import Budget
from cluejudge.store import log
from cluejudge.store.decisions import SHARES, sampling
from cluejudge.store.records import Decision, DecisionFilter
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store.conftest import Clock
from tests.store.drafts import draft


def found(store: Store, **wanted: object) -> list[str]:
    return [each.id for each in store.decisions.find(DecisionFilter.model_validate(wanted)).items]


def test_what_was_recorded_is_read_back_whole(store: Store) -> None:
    whole = draft(
        Outcome.UNSAFE,
        {"no-guns": RuleOutcome.VIOLATED, "no-gore": RuleOutcome.UNSURE},
        name="a \u202e name \u0000 of \U0001f600",
        perceptual="0f0f",
        idempotency="abc",
        took_ms=12,
    )
    (recorded,) = store.decisions.record([whole])
    assert recorded == Decision(**dict(whole), seq=1, at="2026-01-31T09:00:00.001000Z")
    assert store.decisions.get(whole.id) == recorded


def test_many_are_recorded_in_their_order_and_at_one_time(store: Store) -> None:
    drafts = [draft() for _ in range(40)]
    recorded = store.decisions.record(drafts)
    assert [each.id for each in recorded] == [each.id for each in drafts]
    assert [each.seq for each in recorded] == list(range(1, 41))
    assert len({each.at for each in recorded}) == 1


def test_nothing_to_record_is_no_fault(store: Store) -> None:
    assert store.decisions.record([]) == []


def test_all_are_recorded_or_none(store: Store) -> None:
    (first,) = store.decisions.record([draft()])
    with pytest.raises(StoreError):
        store.decisions.record([draft(), draft(id=first.id)])
    assert found(store) == [first.id]
    (second,) = store.decisions.record([draft()])
    assert second.seq == 2
    with store.database.reading() as connection:
        assert [each.seq for each in log.about(connection, first.id)] == [1]


@pytest.mark.parametrize("unknown", ["dec_none", "", "\x00", "\ud800", "x" * 5000])
def test_what_is_not_there_is_none(store: Store, unknown: str) -> None:
    assert store.decisions.get(unknown) is None
    assert found(store, rule=unknown, constitution="streets") == []
    assert store.decisions.same(unknown, unknown) is None


def test_each_filter_finds_its_own(store: Store, clock: Clock) -> None:
    gun = {"no-guns": RuleOutcome.VIOLATED, "no-gore": RuleOutcome.UNSURE}
    (safe,) = store.decisions.record([draft(constitution="streets", key="app", sha256="1" * 64)])
    clock.pass_by(86400)
    (unsafe,) = store.decisions.record(
        [draft(Outcome.UNSAFE, gun, version=2, key="bot", sha256="2" * 64)]
    )
    clock.pass_by(86400)
    (error,) = store.decisions.record([draft(Outcome.ERROR, constitution="other", sha256="")])
    assert found(store) == [error.id, unsafe.id, safe.id]
    assert found(store, outcomes=["safe", "error"]) == [error.id, safe.id]
    assert found(store, rule="no-guns") == [unsafe.id]
    assert found(store, rule="no-gore") == []
    assert found(store, constitution="streets") == [unsafe.id, safe.id]
    assert found(store, constitution="streets", version=2) == [unsafe.id]
    assert found(store, sha256="1" * 64) == [safe.id]
    assert found(store, key="bot") == [unsafe.id]
    assert found(store, since="2026-02-01") == [error.id, unsafe.id]
    assert found(store, until="2026-02-01T01:00:00+01:00") == [safe.id]
    assert found(store, since=unsafe.at, until=error.at) == [unsafe.id]


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "\x00"])
def test_a_time_that_is_none_is_told(store: Store, time: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        found(store, since=time)


def test_pages_hold_every_decision_once_while_more_come(store: Store) -> None:
    drafts = [draft() for _ in range(7)]
    store.decisions.record(drafts)
    pages = []
    before = None
    while True:
        page = store.decisions.find(DecisionFilter(limit=3, before=before))
        pages.append([each.id for each in page.items])
        store.decisions.record([draft()])
        if (before := page.next) is None:
            break
    ids = [each.id for each in reversed(drafts)]
    assert pages == [ids[:3], ids[3:6], ids[6:]]


def test_the_last_page_has_no_next_even_if_it_is_full(store: Store) -> None:
    store.decisions.record([draft() for _ in range(3)])
    assert store.decisions.find(DecisionFilter(limit=3)).next is None


def test_the_same_is_the_newest_of_this_image_and_fingerprint(store: Store) -> None:
    drafts = [draft(), draft(), draft(fingerprint="e" * 64), draft(sha256="b" * 64)]
    store.decisions.record(drafts)
    same = store.decisions.same("a" * 64, "f" * 64)
    assert same is not None
    assert same.id == drafts[1].id
    assert store.decisions.same("c" * 64, "f" * 64) is None


def test_an_error_is_not_answered_from_the_record(store: Store) -> None:
    (safe,) = store.decisions.record([draft()])
    store.decisions.record([draft(Outcome.ERROR)])
    assert store.decisions.same("a" * 64, "f" * 64) == safe
    store.decisions.record([draft(Outcome.ERROR, sha256="b" * 64), draft(sha256="")])
    assert store.decisions.same("b" * 64, "f" * 64) is None
    assert store.decisions.same("", "f" * 64) is None


@pytest.mark.parametrize(("budget", "again"), [(Budget(seconds=1), True), (Budget(asks=1), False)])
def test_what_time_did_not_suffice_for_is_judged_again(
    store: Store, budget: Budget, again: bool
) -> None:
    spent = draft(Outcome.ABSTAIN, verdict={"code": "budget", "budget": budget})
    store.decisions.record([spent])
    assert (store.decisions.same("a" * 64, "f" * 64) is None) == again


def test_samples_are_even_and_stable() -> None:
    shares = [sampling(f"dec_{number}") for number in range(4000)]
    assert all(0 <= share < SHARES for share in shares)
    assert 300 < sum(share < SHARES // 10 for share in shares) < 500
    assert sampling("dec_1") == shares[1]
