from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.embedded.bypicture import ByPicture
from cluejudge.image import Picture

PICTURES = [Picture(np.full((1, 1, 3), number, np.uint8)) for number in range(8)]


def number(picture: Picture) -> int:
    return int(picture.pixels[0, 0, 0])


class Calls:
    """Numbers pictures, and remembers in which batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, pictures: Sequence[Picture]) -> list[int]:
        self.batches.append([number(picture) for picture in pictures])
        return self.batches[-1]


@given(st.lists(st.lists(st.sampled_from(PICTURES), max_size=9), max_size=4), st.integers(1, 9))
def test_values_come_in_order_whatever_is_remembered(calls: list[list[Picture]], size: int) -> None:
    values = ByPicture(Calls(), size=size, batch=3)
    for pictures in calls:
        assert values(pictures) == [number(picture) for picture in pictures]


def test_a_picture_is_computed_once_in_batches_of_bounded_size() -> None:
    calls = Calls()
    values = ByPicture(calls, size=8, batch=3)
    values([*PICTURES[:5], PICTURES[0]])
    values(PICTURES[2:6])
    assert calls.batches == [[0, 1, 2], [3, 4], [5]]


def test_what_was_used_longest_ago_is_forgotten() -> None:
    calls = Calls()
    values = ByPicture(calls, size=2, batch=8)
    for picture in (PICTURES[0], PICTURES[1], PICTURES[0], PICTURES[2], PICTURES[0], PICTURES[1]):
        values([picture])
    assert calls.batches == [[0], [1], [2], [1]]


def test_threads_may_share_it() -> None:
    values = ByPicture(Calls(), size=3, batch=2)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(values, [PICTURES] * 50))
    assert found == [list(range(8))] * 50


def test_a_failure_is_raised_and_not_remembered() -> None:
    def fail(pictures: Sequence[Picture]) -> list[int]:
        raise OSError(len(pictures))

    values = ByPicture(fail, size=2, batch=2)
    for _ in range(2):
        with pytest.raises(OSError, match="1"):
            values(PICTURES[:1])
