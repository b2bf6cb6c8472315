"""The processes that decode: started when they are needed, and kept for the next."""

from __future__ import annotations

import threading

from cluejudge.batch.decoding.worker import Worker
from cluejudge.closing import Closing
from cluejudge.settings import Limits, Sampling


class DecodePool(Closing):
    """Up to `workers` processes that decode for a `stream.Stream`.

    They are started when they are needed, and kept until `close`.
    """

    def __init__(self, workers: int, limits: Limits, sampling: Sampling) -> None:
        if workers < 1:
            raise ValueError(f"{workers} processes decode nothing")
        self.workers = workers
        self._settings = (limits, sampling)
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._guard = threading.Lock()

    def borrow(self) -> Worker:
        """A process that runs, idle or new."""
        with self._guard:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._all.discard(worker)
                worker.close()
            worker = Worker(*self._settings)
            self._all.add(worker)
            return worker

    def give_back(self, worker: Worker) -> None:
        """Keeps a process for others."""
        with self._guard:
            self._idle.append(worker)

    def drop(self, worker: Worker) -> None:
        """Ends a process."""
        with self._guard:
            self._all.discard(worker)
        worker.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes there are."""
        with self._guard:
            return tuple(worker.pid for worker in self._all)

    def close(self) -> None:
        """Ends all processes."""
        with self._guard:
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.close()
