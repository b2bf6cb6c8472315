"""Tries a version of a constitution on images of the past, beside the live traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

from cluejudge.errors import StoreError
from cluejudge.service.courts import Court
from cluejudge.service.flips import DryRun, told
from cluejudge.service.problems import later
from cluejudge.service.record import Record
from cluejudge.service.trials import lasting
from cluejudge.store.records import Case, Decision, DecisionFilter
from cluejudge.verdict import Verdict

Slot = Callable[[], AbstractAsyncContextManager[None]]
"""A place among the images that are judged at a time."""

_AT_A_TIME = 2
_PAGE = 50
_LOOKED_AT = 2000


class DryRuns:
    """Runs one at a time, and of it two images at a time, in slots of the live traffic.

    So live requests wait for few images of a run, however long it is.
    """

    def __init__(self, record: Record, slot: Slot) -> None:
        self._record, self._slot = record, slot
        self._running = False

    async def run(self, court: Court, *, images: int, seconds: float) -> DryRun:
        """Judges the cases of the court's constitution, then `images` that it decided on last.

        The images are those that are still kept. After `seconds` what is under way is let go.
        Raises `Problem` 409 while another run is under way, `StoreError` where the record fails.
        """
        if self._running:
            raise later(409, "under-way", "another dry run is under way", 5)
        self._running = True
        try:
            return await _Run(self._record, self._slot, court).whole(images, seconds)
        finally:
            self._running = False


class _Run:
    """One run, and how far it has come."""

    def __init__(self, record: Record, slot: Slot, court: Court) -> None:
        self._ask, self._store, self._slot = record.ask, record.store, slot
        self._court = court
        self._cases: tuple[Case, ...] = ()
        self._decisions: dict[str, Decision] = {}
        self._judged: dict[str, Verdict | str] = {}

    async def whole(self, images: int, seconds: float) -> DryRun:
        """All of it, or as much as there is time for."""
        try:
            async with asyncio.timeout(seconds) as limit:
                self._cases = await self._ask(self._store.cases.list, self._court.name)
                await self._judge_all(one.sha256 for one in self._cases)
                await self._find(images)
                await self._judge_all(iter(self._decisions))
        except TimeoutError:
            if not limit.expired():
                raise
        decisions, complete = self._decisions.values(), not limit.expired()
        return told(self._court, self._cases, decisions, self._judged, complete=complete)

    async def _find(self, images: int) -> None:
        """The newest decision on each of the images decided on last, of which the image is kept."""
        looked_at, before = 0, None
        while len(self._decisions) < images and looked_at < _LOOKED_AT:
            wanted = DecisionFilter(constitution=self._court.name, before=before, limit=_PAGE)
            page = await self._ask(self._store.decisions.find, wanted)
            for decision in page.items:
                if len(self._decisions) < images and await self._is_wanted(decision.sha256):
                    self._decisions[decision.sha256] = decision
            looked_at, before = looked_at + len(page.items), page.next
            if before is None:
                return

    async def _is_wanted(self, sha256: str) -> bool:
        if not sha256 or sha256 in self._decisions:
            return False
        return await self._ask(self._store.images.find, sha256) is not None

    async def _judge_all(self, queue: Iterator[str]) -> None:
        workers = [asyncio.create_task(self._work(queue)) for _ in range(_AT_A_TIME)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _work(self, queue: Iterator[str]) -> None:
        for sha256 in queue:
            if sha256 not in self._judged:
                self._judged[sha256] = await self._judge(sha256)

    async def _judge(self, sha256: str) -> Verdict | str:
        """The verdict on a kept image, out of the record if it is there, or why there is none."""
        known = await self._ask(self._store.decisions.same, sha256, self._court.fingerprint)
        if known and lasting(known.verdict):
            return known.verdict
        try:
            data = await self._ask(self._store.images.read, sha256)
        except StoreError as error:
            return str(error.args[0])
        if data is None:
            return "its image is not kept any more"
        async with self._slot():
            return await self._court.judge.ajudge(data)
