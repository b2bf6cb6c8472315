"""How fast images are judged of late, to tell those who are refused when to come again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_REMEMBERED = 64
_LONGEST = 60.0


class Pace:
    """The rate of the last requests; `now` is a clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._done: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def done(self, count: int) -> None:
        """A request of `count` images has ended."""
        self._done.append((self._now(), count))

    def seconds(self, count: int) -> float:
        """How long `count` images take at the rate of late, between 1 and 60 seconds."""
        if len(self._done) < 2:
            return 1.0
        span = self._now() - self._done[0][0]
        images = sum(each for _, each in list(self._done)[1:])
        return min(_LONGEST, max(1.0, count * span / images))
