from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.image.frames import Chosen, Glimpse
from cluejudge.image.moments import owners, sampled, spans_of, strange_places, strangest
from cluejudge.settings import Sampling
from tests.image.samples import examples


def flat(level: int) -> Glimpse:
    return Glimpse(bytes([level]), np.full(48, level, np.uint8))


def thumbs(levels: list[int]) -> np.ndarray:
    return np.stack([flat(level).thumb for level in levels])


durations = st.lists(st.integers(1, 3000).map(lambda ms: ms / 1000), min_size=1, max_size=80)


@examples(80)
@given(durations, st.integers(2, 20), st.sampled_from([0.04, 0.5, 7.0]))
def test_moments_are_few_ascending_and_at_the_times_asked_for(
    shown: list[float], most: int, every: float
) -> None:
    starts = [sum(shown[:place]) for place in range(len(shown))]
    end = sum(shown)
    found = sampled(starts, end, Sampling(every=every, max_frames=most))
    assert found[0] == 0
    assert list(found) == sorted(set(found))
    assert len(found) <= most - strange_places(most) or found == (0,)
    if end <= every * (most - strange_places(most)):
        at = 0.0
        while at < end - 1e-3:
            showing = max(place for place, start in enumerate(starts) if start <= at + 1e-6)
            assert showing in found
            at += every


def test_of_a_long_video_the_moments_are_spread_to_its_last_frame() -> None:
    starts = [place / 10 for place in range(1000)]
    found = sampled(starts, 100.0, Sampling(every=0.5, max_frames=8))
    assert found == (0, 199, 399, 599, 799, 999)


def test_a_long_still_leaves_moments_for_the_rest() -> None:
    starts = [0.0, *(1000 + place / 10 for place in range(1000))]
    found = sampled(starts, 1100.0, Sampling(every=0.5, max_frames=8))
    assert len(found) == 6
    assert np.diff(found).max() < 210
    starts = [0.0, *(1000 + place / 10 for place in range(10))]
    found = sampled(starts, 1001.0, Sampling(every=0.5, max_frames=8))
    assert found == (0, 1, 6)


def test_a_short_step_never_leaves_nothing() -> None:
    assert sampled([0.0], 0.0, Sampling(every=1e-9, max_frames=2)) == (0,)


@examples(40)
@given(st.integers(1, 28), st.integers(1, 4))
def test_a_flash_is_strange(place: int, count: int) -> None:
    levels = [3 * index for index in range(30)]
    levels[place] = 240
    assert place in strangest(thumbs(levels), [0, 29], count)


def test_noise_and_what_is_judged_already_are_not_strange() -> None:
    levels = [100, 104, 98, 200, 101]
    assert strangest(thumbs(levels), [0, 3], 4) == ()


def test_a_frame_belongs_to_the_judged_one_that_it_equals_or_is_like() -> None:
    levels = [0, 1, 200, 190, 2, 100, 100, 0, 101]
    chosen = Chosen((0, 5), (2,))
    seen = {index: flat(level) for index, level in enumerate(levels)}
    assert owners(9, chosen, seen) == [0, 0, 2, 2, 0, 5, 5, 0, 5]


def test_after_a_cut_frames_belong_to_what_is_judged_after_it() -> None:
    seen = {index: flat(level) for index, level in enumerate([9, 9, 150, 151, 200, 7, 8, 30])}
    assert owners(8, Chosen((0, 7), (4,)), seen) == [0, 0, 4, 4, 4, 0, 0, 7]


def test_what_looks_like_nothing_near_belongs_to_what_it_looks_like() -> None:
    seen = {index: flat(level) for index, level in enumerate([9, 9, 200, 200, 8, 7, 100])}
    assert owners(7, Chosen((0, 3)), seen) == [0, 0, 3, 3, 0, 0, 3]


def test_a_frame_that_was_not_looked_at_goes_with_the_one_before_it() -> None:
    seen = {index: flat(level) for index, level in ((0, 0), (2, 200), (4, 1), (6, 90))}
    assert owners(8, Chosen((0, 6), (2,)), seen) == [0, 0, 2, 2, 0, 0, 6, 6]


@examples(40)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), durations)
def test_the_spans_of_all_owners_are_all_of_the_time(owned: list[int], shown: list[float]) -> None:
    frames = min(len(owned), len(shown))
    starts = [sum(shown[:place]) for place in range(frames)]
    end = sum(shown[:frames])
    spans = spans_of(owned[:frames], starts, end)
    total = sum(each.end - each.start for known in spans.values() for each in known)
    assert abs(total - end) < 0.002 * frames
    assert set(spans) == set(owned[:frames])
