"""Whether the head of the cluster still answers: without it Ray ends this process, with no word."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress

from cluejudge.closing import Closing
from cluejudge.errors import CluejudgeWarning

_PAUSE = 5.0  # seconds from one answer to the next question
_LEAVING = 2.0  # seconds that a question has to be answered at the end


class Head(Closing):
    """Has `ask` asked now and then, in a thread of its own: while the head is gone, it blocks."""

    def __init__(
        self,
        ask: Callable[[], object],
        patience: float = 30.0,
        pause: float = _PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._patience, self._pause, self._clock = ask, patience, pause, clock
        self._heard, self._is_told = clock(), False
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True, name="head")
        self._thread.start()

    def check(self) -> None:
        """Warns if it has not answered for `patience` seconds, once until it answers again."""
        silent = self._clock() - self._heard
        if silent < self._patience:
            self._is_told = False
        elif not self._is_told:
            self._is_told = True
            warnings.warn(
                f"the head of the Ray cluster has not answered for {silent:.0f} seconds; if it "
                "stays away, Ray ends this command: the same command goes on from there",
                CluejudgeWarning,
                stacklevel=3,
            )

    def close(self) -> None:
        """Asks no more."""
        self._left.set()
        self._thread.join(_LEAVING)

    def _listen(self) -> None:
        while not self._left.wait(self._pause):
            with suppress(Exception):  # a head that answers with an error is no head
                self._ask()
                self._heard = self._clock()
