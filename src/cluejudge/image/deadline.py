"""The time one input may take."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

from cluejudge.image.refusals import Code, refuse

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on `clock`, in seconds, after which work on an input stops."""

    ends: float
    seconds: float
    clock: Clock = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> Deadline:
        """The deadline `seconds` from now."""
        return cls(clock() + seconds, seconds, clock)

    def check(self) -> None:
        """Raise `ImageError` with code `too_slow` once the time is over."""
        if self.clock() > self.ends:
            raise refuse(Code.TOO_SLOW, f"decoding took longer than {self.seconds:g} s")


class TimedBytes(io.BytesIO):
    """Bytes as a file that checks the deadline at every read.

    Decoders read in blocks, so this stops a picture that is small but slow (a JPEG of thousands of
    scans) in the middle, where nothing else could.
    """

    def __init__(self, data: bytes, deadline: Deadline) -> None:
        super().__init__(data)
        self._deadline = deadline

    def read(self, size: int | None = -1, /) -> bytes:
        """As `io.BytesIO.read`, or `ImageError` with code `too_slow`."""
        self._deadline.check()
        return super().read(size)
