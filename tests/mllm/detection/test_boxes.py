from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.image import Box, Picture
from cluejudge.mllm.detection.boxes import MOST, SAME, Sight

PICTURE = Picture(np.zeros((50, 200, 3), np.uint8))


def sight(
    boxes: Sequence[tuple[float, ...]], scores: list[float], frame: tuple[float, float] = (200, 50)
) -> Sight:
    return Sight(
        frame,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32)[:, None],
        ("dog",),
    )


def boxes_of(seen: Sight, floor: float = 0.0) -> list[Box]:
    return [box for box, _ in seen.found("dog", PICTURE, floor)]


def test_shares_become_pixels() -> None:
    assert boxes_of(sight([(0.5, 0.5, 0.2, 0.4)], [1])) == [Box(80, 15, 120, 35)]


def test_a_padded_frame_is_larger_than_the_picture() -> None:
    assert boxes_of(sight([(0.5, 0.125, 0.2, 0.1)], [1], (200, 200))) == [Box(80, 15, 120, 35)]


def test_what_lies_outside_the_picture_is_cut_or_dropped() -> None:
    seen = sight([(0.0, 0.25, 0.2, 0.1), (0.5, 0.6, 0.2, 0.2)], [1, 1], (200, 200))
    assert boxes_of(seen) == [Box(0, 40, 20, 50)]


def test_boxes_without_an_area_are_dropped() -> None:
    assert boxes_of(sight([(0.5, 0.5, 0.0, 0.4), (0.5, 0.5, 0.2, 0.001)], [1, 1])) == []


def test_the_surest_comes_first_and_the_unsure_not_at_all() -> None:
    apart = [(centre, 0.5, 0.1, 0.5) for centre in (0.1, 0.5, 0.9)]
    found = sight(apart, [0.2, 0.9, 0.1]).found("dog", PICTURE, 0.2)
    assert [score for _, score in found] == pytest.approx([0.9, 0.2])
    assert [box.left for box, _ in found] == [90, 10]


def test_of_boxes_of_one_object_the_surest_is_kept() -> None:
    close = [(centre, 0.5, 0.2, 0.4) for centre in (0.5, 0.51, 0.6)]
    assert boxes_of(sight(close, [0.5, 0.9, 0.3])) == [Box(82, 15, 122, 35), Box(100, 15, 140, 35)]


def test_no_more_than_enough_are_told() -> None:
    many = [((at + 0.5) / 40, 0.5, 0.02, 0.5) for at in range(40)]
    assert len(boxes_of(sight(many, [1.0] * 40))) == MOST


def test_nothing_was_seen() -> None:
    assert boxes_of(sight([], [])) == []


unit = st.floats(-0.5, 1.5, width=32)
size = st.floats(0, 1, width=32)


@given(
    st.lists(st.tuples(unit, unit, size, size, st.floats(0, 1, width=32)), max_size=12),
    st.floats(0, 1),
)
def test_boxes_are_inside_distinct_and_in_order(
    raw: list[tuple[float, float, float, float, float]], floor: float
) -> None:
    found = sight([one[:4] for one in raw], [one[4] for one in raw]).found("dog", PICTURE, floor)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(score >= np.float32(floor) for score in scores)
    for at, (box, _) in enumerate(found):
        assert box.right <= PICTURE.width
        assert box.bottom <= PICTURE.height
        assert all(overlap(box, other) < SAME for other, _ in found[:at])


def overlap(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0, width) * max(0, height)
    return shared / (one.area + other.area - shared)
