from __future__ import annotations

import pytest

from cluejudge.errors import ImageError
from cluejudge.image.deadline import Deadline, TimedBytes


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_is_over_after_the_seconds_and_not_before() -> None:
    clock = Clock()
    deadline = Deadline.after(2.0, clock)
    clock.now = 102.0
    deadline.check()
    clock.now = 102.1
    with pytest.raises(ImageError, match="longer than 2 s") as caught:
        deadline.check()
    assert caught.value.code == "too_slow"


def test_reading_stops_at_the_deadline() -> None:
    clock = Clock()
    file = TimedBytes(b"abcdef", Deadline.after(1.0, clock))
    assert file.read(2) == b"ab"
    clock.now += 2
    with pytest.raises(ImageError) as caught:
        file.read(2)
    assert caught.value.code == "too_slow"
    assert file.getvalue() == b"abcdef"
