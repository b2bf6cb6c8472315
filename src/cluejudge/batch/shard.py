"""The shard function: every engine has its shards judged by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cluejudge.batch.agenda import Agenda
from cluejudge.batch.attempt import Attempt
from cluejudge.batch.decoding.stream import Stream
from cluejudge.batch.entries import Fetched, Prepared
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shardwork import ShardWork
from cluejudge.batch.sources.base import Source
from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import ShardDone, Told, Tools, opened
from cluejudge.batch.watch import Watch, watch_of
from cluejudge.image import LoadedImage

__all__ = ["ShardDone", "Told", "Tools", "judge_shards", "opened"]

_PAUSE = 0.2  # seconds to wait for an image while nothing else is to be done


def judge_shards(
    plan: Plan,
    pace: Pace,
    shards: Iterable[int],
    tools: Tools,
    told: Callable[[Told], None],
) -> Iterator[ShardDone]:
    """Judges `shards`, side by side at their borders, and commits each as soon as it is whole.

    Rows that are in a journal of their shard are not judged again. `told` hears of each row, also
    of those; what it raises ends the call, and what was judged by then is in the journals.
    """
    agenda: Agenda[ShardWork] = Agenda()
    attempt = Attempt(tools, agenda, pace.retries, told)
    stream = Stream(tools.pool, _fetched(agenda, tools.source), pace.ahead)
    times = _Times(watch_of(tools.judge.models))
    items = _Items(agenda, attempt, stream, pace.ahead, times.waiting)
    try:
        for verdict in tools.judge.judge_prepared(
            items.of(iter(shards)), in_flight=pace.in_flight, ordered=False
        ):
            attempt.judged(verdict.image, verdict)
            yield from _done(attempt, times)
        yield from _done(attempt, times)
    finally:
        agenda.close()
        stream.close()
        attempt.end()


@dataclass(frozen=True, slots=True)
class _Items:
    """The images that are to be judged, as they are decoded."""

    agenda: Agenda[ShardWork]
    attempt: Attempt
    stream: Stream[ShardWork]
    ahead: int
    waiting: Watch

    def of(self, shards: Iterator[int]) -> Iterator[tuple[str, LoadedImage] | None]:
        """Those of `shards`, under their digests; None while others are judged and none is ready.

        It ends when the last row of the last shard is in.
        """
        while True:
            # The next shard is begun before the one before it runs out.
            while self.agenda.rows <= self.ahead and (shard := next(shards, None)) is not None:
                self.attempt.open(shard)
            if self.attempt.is_over:
                return
            taken = self._taken()
            if taken is None and self.attempt.is_judging:
                yield None
            elif taken is None:
                self.attempt.ask_again()
            elif item := self.attempt.arrived(*taken):
                yield item

    def _taken(self) -> tuple[ShardWork, Prepared] | None:
        if self.attempt.is_judging:
            return self.stream.take(0.0)
        with self.waiting:
            return self.stream.take(_PAUSE)


def _fetched(agenda: Agenda[ShardWork], source: Source) -> Iterator[tuple[ShardWork, Fetched]]:
    for work, entries in agenda:
        for fetched in source.fetch(entries):
            yield work, fetched


class _Times:
    """What the time went into since it was last told."""

    def __init__(self, models: Watch) -> None:
        self.waiting = Watch()
        self._models = models
        self._last = self._now()

    def done(self, shard: int, tally: Tally) -> ShardDone:
        now = self._now()
        since = [after - before for before, after in zip(self._last, now, strict=True)]
        self._last = now
        return ShardDone(shard, tally, *since)

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), self._models.seconds, self.waiting.seconds


def _done(attempt: Attempt, times: _Times) -> Iterator[ShardDone]:
    while attempt.done:
        yield times.done(*attempt.done.popleft())
