"""The scribe: many requests in one commit, and each of them hears of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cluejudge.errors import StoreError, UsageError
from cluejudge.service.counters import Counters
from cluejudge.service.record import Record
from cluejudge.service.scribe import Scribe
from cluejudge.service.submissions import Origin
from cluejudge.store.claims import Claim, ClaimState
from cluejudge.store.records import Decision, DecisionDraft, DecisionFilter
from cluejudge.store.store import Store
from tests.service.making import opened
from tests.store.drafts import draft

Scene = Callable[[Scribe, "Slow", Store], Awaitable[None]]


class Slow:
    """The record's `record`, held up until it is let, and failing for some names."""

    def __init__(self, store: Store) -> None:
        self._record = store.decisions.record
        self.let = threading.Event()
        self.batches: list[list[str]] = []
        self.failing: dict[str, Exception] = {}

    def __call__(
        self,
        drafts: Sequence[DecisionDraft],
        *,
        settles: Mapping[Claim, Sequence[str]] | None = None,
    ) -> list[Decision]:
        self.batches.append([one.name for one in drafts])
        assert self.let.wait(20)
        for one in drafts:
            if one.name in self.failing:
                raise self.failing[one.name]
        return self._record(drafts, settles=settles)


def play(folder: Path, monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    async def whole() -> None:
        store = opened(folder)
        slow = Slow(store)
        monkeypatch.setattr(store.decisions, "record", slow)
        record = Record(store)
        try:
            await scene(Scribe(record, Counters()), slow, store)
        finally:
            slow.let.set()
            record.close()

    asyncio.run(whole())


async def begun(scribe: Scribe, slow: Slow, *names: Sequence[str]) -> list[asyncio.Task[Any]]:
    """Requests of decisions with these names, the first of them under way."""
    tasks = []
    for request in names:
        drafts = [draft(name=name) for name in request]
        tasks.append(asyncio.create_task(scribe.record(drafts)))
        await asyncio.sleep(0.05)
    return tasks


def test_what_comes_during_a_commit_is_one_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        tasks = await begun(scribe, slow, ["a"], ["b", "c"], ["d"])
        slow.let.set()
        told = await asyncio.gather(*tasks)
        assert [[one.name for one in each] for each in told] == [["a"], ["b", "c"], ["d"]]
        assert slow.batches == [["a"], ["b", "c", "d"]]
        assert len(store.decisions.find(DecisionFilter()).items) == 4

    play(tmp_path, monkeypatch, scene)


def test_a_failing_database_fails_all_of_a_commit_and_not_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        slow.failing["a"] = StoreError("gone", retryable=True)
        tasks = await begun(scribe, slow, ["a"], ["b"])
        slow.let.set()
        lost, kept = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(lost, StoreError)
        assert isinstance(kept, list)
        assert [one.name for one in kept] == ["b"]
        assert [one.name for one in store.decisions.find(DecisionFilter()).items] == ["b"]

    play(tmp_path, monkeypatch, scene)


def test_one_request_that_cannot_be_recorded_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        slow.failing["c"] = UsageError("no")
        tasks = await begun(scribe, slow, ["a"], ["b"], ["c"], ["d"])
        slow.let.set()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(one, UsageError) for one in told] == [False, False, True, False]
        names = [one.name for one in store.decisions.find(DecisionFilter()).items]
        assert sorted(names) == ["a", "b", "d"]

    play(tmp_path, monkeypatch, scene)


def test_the_first_that_is_recorded_stands_for_those_of_one_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        slow.failing["a"] = UsageError("no")
        slow.let.set()
        origin = Origin()
        deeds = [scribe.record([draft(name=name)], None, [origin]) for name in "abc"]
        failed, first, second = await asyncio.gather(*deeds, return_exceptions=True)
        assert isinstance(failed, UsageError)
        assert isinstance(first, list)
        assert isinstance(second, list)
        (later,) = await scribe.record([draft(name="d")], None, [origin])
        reused = [one.reused_from for one in (*first, *second, later)]
        assert reused == ["", first[0].id, first[0].id]

    play(tmp_path, monkeypatch, scene)


def test_even_a_bug_leaves_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        slow.failing["a"] = ZeroDivisionError()
        tasks = await begun(scribe, slow, ["a"])
        slow.let.set()
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(tasks[0], 10)
        assert len(await scribe.record([draft(name="b")])) == 1

    play(tmp_path, monkeypatch, scene)


def test_who_gives_up_waiting_does_not_undo_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        gone, stays = await begun(scribe, slow, ["a"], ["b"])
        gone.cancel()
        slow.let.set()
        assert [one.name for one in await stays] == ["b"]
        assert len(store.decisions.find(DecisionFilter()).items) == 2

    play(tmp_path, monkeypatch, scene)


def test_a_claim_is_settled_with_its_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(scribe: Scribe, slow: Slow, store: Store) -> None:
        slow.let.set()
        claim = store.decisions.claim("shop", "one", "digest")
        (told,) = await scribe.record([draft(name="a")], claim)
        again = store.decisions.claim("shop", "one", "digest")
        assert (again.state, again.decisions) == (ClaimState.SAME, (told.id,))

    play(tmp_path, monkeypatch, scene)
