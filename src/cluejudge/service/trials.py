"""Where images are judged: so many at a time, equal ones once, known ones out of the record."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cluejudge.errors import ImageError
from cluejudge.service.courts import Court
from cluejudge.service.record import Record
from cluejudge.service.room import Room, pixels
from cluejudge.service.submissions import Judged, Origin, Submission
from cluejudge.verdict import Cause, Verdict, storable

_FETCHED = 32
"""Fetched images in memory at a time, those that are being fetched among them."""


_QUICK = 2**18
"""Bytes that are hashed in less time than it takes to have a thread do it."""


@dataclass(slots=True)
class _Trial:
    """The judging of one image, for all requests that wait for it."""

    task: asyncio.Task[Judged] | None = None
    waiting: int = 0
    started: bool = False


class Trials:
    """Judges up to `in_flight` images at a time; those under way for nobody any more are ended."""

    def __init__(self, record: Record, in_flight: int) -> None:
        self._record = record
        self._slots = asyncio.Semaphore(in_flight)
        self._fetches = asyncio.Semaphore(_FETCHED)
        self._room = Room()
        self._trials: dict[tuple[str, str], _Trial] = {}
        self.under_way = 0

    async def judged(self, court: Court, submission: Submission) -> Judged:
        """What `court` says of an image. Raises `StoreError` where the record cannot be read."""
        name, data = submission.name, submission.data
        if isinstance(data, bytes):
            return _called(await self._shared(court, data), name)
        async with self._fetches:
            try:
                fetched = await data()
            except ImageError as error:
                return Judged(court.judge.refusal(name, error))
            return _called(await self._shared(court, fetched), name)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place among the images that are judged at a time, waited for."""
        async with self._slots:
            self.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1

    async def _shared(self, court: Court, data: bytes) -> Judged:
        """Judges an image, or waits with those for whom an equal one is being judged."""
        sha256 = await asyncio.to_thread(_sha256, data) if len(data) > _QUICK else _sha256(data)
        key = (sha256, court.fingerprint)
        trial = self._trials.setdefault(key, _Trial())
        if trial.task is None:
            trial.task = asyncio.create_task(self._tried(key, court, data, trial))
            trial.task.add_done_callback(_heard)
        trial.waiting += 1
        try:
            return await asyncio.shield(trial.task)
        finally:
            trial.waiting -= 1
            if not trial.waiting and not trial.started:
                trial.task.cancel()
                self._forget(key, trial)

    async def _tried(
        self, key: tuple[str, str], court: Court, data: bytes, trial: _Trial
    ) -> Judged:
        try:
            known = await self._record.ask(self._record.store.decisions.same, *key)
            if known and lasting(known.verdict):
                origin = Origin(known.reused_from or known.id)
                return Judged(known.verdict, data, key[0], origin)
            size = await asyncio.to_thread(pixels, data, court.judge.limits)
            async with self.slot(), self._room.of(size):
                trial.started = True
                return Judged(await court.judge.ajudge(data), data, key[0])
        finally:
            self._forget(key, trial)

    def _forget(self, key: tuple[str, str], trial: _Trial) -> None:
        if self._trials.get(key) is trial:
            del self._trials[key]


def _heard(task: asyncio.Task[Judged]) -> None:
    """Takes note of a failure that nobody waits for any more, so that it is not reported again."""
    if not task.cancelled():
        task.exception()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def lasting(verdict: Verdict) -> bool:
    """Whether judging again could bring nothing new: no model failed, and no time ran out."""
    causes = {rule.cause for rule in verdict.rules}
    short = Cause.BUDGET in causes and verdict.budget.seconds is not None
    return not short and Cause.MODEL_FAILED not in causes


def _called(judged: Judged, name: str) -> Judged:
    verdict = judged.verdict.model_copy(update={"image": storable(name)})
    return Judged(verdict, judged.data, judged.sha256, judged.origin)
