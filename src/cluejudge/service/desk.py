"""Takes requests on, has their images judged, and answers when the decisions are in the record."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager

from cluejudge.errors import StoreError
from cluejudge.service.counters import Counters
from cluejudge.service.courts import Court
from cluejudge.service.drafting import Asked, draft
from cluejudge.service.pace import Pace
from cluejudge.service.problems import Problem, later
from cluejudge.service.record import Record
from cluejudge.service.scribe import Scribe
from cluejudge.service.settings import ServiceSettings
from cluejudge.service.submissions import Judged, Submission
from cluejudge.service.trials import Trials
from cluejudge.store.records import Decision

_log = logging.getLogger("cluejudge.service")


class Desk:
    """Judges requests, as many at a time as its settings allow.

    What it has taken on it finishes, also when it is closed: a decision that was told is in the
    record, and one that could not be recorded is told to nobody.
    """

    def __init__(self, settings: ServiceSettings, record: Record, counters: Counters) -> None:
        self._settings, self._record, self._counters = settings, record, counters
        self._trials = Trials(record, settings.in_flight)
        self._scribe = Scribe(record, counters)
        self._pace = Pace()
        self._load = 0
        self._closing = False
        self._empty = asyncio.Event()
        self._empty.set()
        counters.under_way.set_function(lambda: self._trials.under_way)
        counters.waiting.set_function(lambda: max(0, self._load - self._trials.under_way))

    @property
    def open(self) -> bool:
        """Whether requests are taken on."""
        return not self._closing

    async def judge(
        self, court: Court, submissions: Sequence[Submission], asked: Asked
    ) -> list[Decision]:
        """The decisions on some images, in their order, when they are in the record.

        Raises `Problem` 429 when there is no room, 503 when the desk closes, 504 when the deadline
        passes; `StoreError` when the record fails. Then nothing was decided.
        """
        began = time.monotonic()
        with self._place(len(submissions)):
            judged = await self._judged(court, submissions)
            took_ms = round((time.monotonic() - began) * 1000)
            drafts = [
                draft(court, submission, one, asked, took_ms)
                for submission, one in zip(submissions, judged, strict=True)
            ]
            decisions = await self._scribe.record(
                drafts, asked.claim, [one.origin for one in judged]
            )
            for decision in decisions:
                self._counters.decided(decision)
            await self._keep(judged)
        return decisions

    def slot(self) -> AbstractAsyncContextManager[None]:
        """A place among the images that are judged at a time, for what is not recorded."""
        return self._trials.slot()

    async def close(self) -> None:
        """Takes on nothing more, and waits for what was taken on."""
        self._closing = True
        await self._empty.wait()

    def check_room(self, count: int) -> None:
        """Raises `Problem` 503 when the desk closes, 429 when there is no room for `count`."""
        if self._closing:
            self._counters.refused("closing")
            raise later(503, "closing", "the service is shutting down", 5)
        if self._load + count > self._settings.in_flight + self._settings.queue:
            self._counters.refused("full")
            wait = self._pace.seconds(self._load + count)
            said = f"{self._load} images are waiting or being judged, and there is no room for more"
            raise later(429, "full", said, wait)

    @contextmanager
    def _place(self, count: int) -> Iterator[None]:
        """Room for `count` images. Raises `Problem` when there is none."""
        self.check_room(count)
        self._load += count
        self._empty.clear()
        try:
            yield
        finally:
            self._load -= count
            self._pace.done(count)
            if not self._load:
                self._empty.set()

    async def _judged(self, court: Court, submissions: Sequence[Submission]) -> list[Judged]:
        tasks = [asyncio.create_task(self._trials.judged(court, one)) for one in submissions]
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                return await asyncio.gather(*tasks)
        except TimeoutError as error:
            self._counters.refused("deadline")
            said = f"this was not judged within {self._settings.deadline_s:g} seconds"
            raise Problem(504, "deadline", said, hint="send fewer images, or try later") from error
        finally:
            for task in tasks:
                task.cancel()

    async def _keep(self, judged: Sequence[Judged]) -> None:
        """Keeps what can be shown, where images are kept; a failure costs the picture only."""
        if not self._settings.keep_images:
            return
        for one in judged:
            if one.verdict.record is None:
                continue
            mime = _MIME.get(one.verdict.record.format, "application/octet-stream")
            try:
                await self._record.ask(self._record.store.images.keep, one.sha256, one.data, mime)
            except StoreError as error:
                _log.error("an image was judged but could not be kept: %s", error)


_MIME = {
    "APNG": "image/png",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "HEIC": "image/heic",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}
