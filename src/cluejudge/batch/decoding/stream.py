"""What is under way in the processes that decode: bounded, and safe from their end."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.decoding.worker import DiedError, Worker
from cluejudge.batch.entries import Fetched, Prepared, Refusal
from cluejudge.closing import Closing
from cluejudge.errors import CluejudgeError
from cluejudge.image import LoadedImage

K = TypeVar("K")

DEATHS = 3
"""How many processes may end on one row before it is given up."""

ROOM = 1 << 30
"""Bytes of decoded pictures that may wait; beyond it nothing new is decoded."""

DIED = Refusal(
    "decoder_died",
    f"the process that decoded it ended, {DEATHS} times over (it may be made to break decoders, or "
    "need more memory than there is)",
)

STARTS = 5
"""How many processes may end before they decode anything, until that is an error."""

_PATIENCE = 2.0  # seconds that threads have to end


@dataclass(slots=True)
class _Row(Generic[K]):
    key: K
    fetched: Fetched
    deaths: int = 0


class Stream(Closing, Generic[K]):
    """Rows on their way through the processes of `pool`.

    They come out as they are ready, not in order: a long video holds nothing up. `rows` are taken
    in order, in a thread of its own, as long as fewer than `ahead` are under way or wait to be
    taken. A row whose process ends is decoded again, and given up as `decoder_died` in the end.
    """

    def __init__(self, pool: DecodePool, rows: Iterable[tuple[K, Fetched]], ahead: int) -> None:
        if ahead < 1:
            raise ValueError(f"with {ahead} rows ahead nothing is decoded")
        self._pool, self._ahead = pool, ahead
        self._todo: deque[_Row[K]] = deque()
        self._ready: deque[tuple[K, Prepared]] = deque()
        self._under_way = 0  # taken of `rows`, and not yet by `take`
        self._weight = 0  # bytes of the pictures in `_ready`
        self._busy: set[Worker] = set()
        self._killed: frozenset[Worker] = frozenset()
        self._all_fetched = self._stopped = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        works = [lambda: self._fetch(rows), *[self._serve] * pool.workers]
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True, name="decoding")
            for work in works
        ]
        for thread in self._threads:
            thread.start()

    @property
    def ended(self) -> bool:
        """Whether all rows were taken."""
        with self._changed:
            return self._all_fetched and not self._under_way and not self._error

    def take(self, wait: float) -> tuple[K, Prepared] | None:
        """A row that is ready; None if there is none within `wait` seconds, or ever.

        Raises what `rows` raise, and `CluejudgeError` if no process can be started.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._error or self._is_over(), wait)
            if self._error:
                raise self._error
            if not self._ready:
                return None
            key, prepared = self._ready.popleft()
            self._under_way -= 1
            self._weight -= _weight(prepared)
            self._changed.notify_all()
            return key, prepared

    def close(self) -> None:
        """Stops at once. Processes in the middle of a row are ended."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            self._killed = frozenset(self._busy)
            for worker in self._killed:
                worker.kill()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _is_over(self) -> bool:
        return self._stopped or (self._all_fetched and not self._under_way)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Runs one thread; what it raises is raised to whoever takes."""
        try:
            work()
        except BaseException as error:
            with self._changed:
                self._error = self._error or error
                self._changed.notify_all()

    def _fetch(self, rows: Iterable[tuple[K, Fetched]]) -> None:
        for key, fetched in rows:
            with self._changed:
                self._under_way += 1
                if isinstance(fetched.data, Refusal):
                    self._done(key, Prepared(fetched.entry, "", fetched.data))
                else:
                    self._todo.append(_Row(key, fetched))
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._stopped or self._under_way < self._ahead)
                if self._stopped:
                    return
        with self._changed:
            self._all_fetched = True
            self._changed.notify_all()

    def _serve(self) -> None:
        """Has rows decoded, one after another, by one process as long as it lives."""
        worker: Worker | None = None
        while row := self._next():
            worker = self._alive(worker)
            if worker is None:
                return
            try:
                prepared = worker.prepare(row.fetched)
            except DiedError:
                self._died(row)
                self._drop(worker)
                worker = None
            else:
                self._answered(worker, row, prepared)
        if worker and worker in self._killed:
            self._pool.drop(worker)
        elif worker:
            self._pool.give_back(worker)

    def _next(self) -> _Row[K] | None:
        """The next row to decode, when there is room for it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over() or (self._todo and self._weight < ROOM))
            return None if self._is_over() else self._todo.popleft()

    def _alive(self, worker: Worker | None) -> Worker | None:
        """The process, or a new one in its place; None where all is to stop."""
        if worker and worker.alive:
            return worker if self._taken(worker) else None
        if worker:
            self._drop(worker)
        for _ in range(STARTS):
            worker = self._pool.borrow()
            if not self._taken(worker):
                return None
            try:
                worker.start()
            except DiedError:
                self._drop(worker)
            else:
                return worker
        raise CluejudgeError(
            "the processes that decode images end as soon as they are started",
            hint="see what they wrote on standard error",
        )

    def _taken(self, worker: Worker) -> bool:
        """Marks a process as busy; not if all is to stop, when it ends."""
        with self._changed:
            if not self._stopped:
                self._busy.add(worker)
                return True
        self._pool.drop(worker)
        return False

    def _answered(self, worker: Worker, row: _Row[K], prepared: Prepared) -> None:
        with self._changed:
            self._busy.discard(worker)
            self._done(row.key, prepared)

    def _drop(self, worker: Worker) -> None:
        with self._changed:
            self._busy.discard(worker)
        self._pool.drop(worker)

    def _died(self, row: _Row[K]) -> None:
        with self._changed:
            row.deaths += 1
            if row.deaths < DEATHS:
                self._todo.appendleft(row)
                self._changed.notify_all()
            else:
                self._done(row.key, Prepared(row.fetched.entry, "", DIED))

    def _done(self, key: K, prepared: Prepared) -> None:
        self._ready.append((key, prepared))
        self._weight += _weight(prepared)
        self._changed.notify_all()


def _weight(prepared: Prepared) -> int:
    """Bytes of its pictures."""
    image = prepared.image
    views = image.views if isinstance(image, LoadedImage) else ()
    return sum(view.picture.pixels.nbytes for view in views)
