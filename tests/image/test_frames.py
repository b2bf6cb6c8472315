from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.image.frames import Glimpse, choose, glimpse
from tests.image.samples import examples, scene


def flat(level: int) -> Glimpse:
    return glimpse(PILImage.new("RGB", (8, 8), (level, level, level)))


levels = st.lists(st.integers(0, 255), min_size=1, max_size=60)
counts = st.integers(2, 10)


@examples(60)
@given(levels, counts)
def test_the_choice_is_distinct_ascending_and_as_large_as_it_can_be(
    shades: list[int], count: int
) -> None:
    chosen = choose([flat(shade) for shade in shades], count).all
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) == min(count, len(set(shades)))
    assert chosen[0] == 0
    assert len({shades[index] for index in chosen}) == len(chosen)


@examples(60)
@given(levels, counts)
def test_where_few_frames_differ_all_that_do_are_chosen(shades: list[int], count: int) -> None:
    few = [shade % count for shade in shades]
    chosen = choose([flat(shade) for shade in few], count).all
    assert {few[index] for index in chosen} == set(few)


def test_the_last_is_among_them() -> None:
    assert choose([flat(shade) for shade in range(100)], 2).all == (0, 99)
    assert choose([flat(shade) for shade in range(100)], 3).all[-1] == 99


@examples(15)
@given(st.integers(1, 98), st.integers(3, 8), st.integers(0, 5))
def test_one_odd_frame_in_a_moving_scene_is_found(place: int, count: int, seed: int) -> None:
    moving = np.asarray(scene(200, 60, seed=seed))
    frames = [PILImage.fromarray(moving[:, at : at + 80]) for at in range(100)]
    frames[place] = scene(80, 60, seed=seed + 50)
    assert place in choose([glimpse(frame) for frame in frames], count).all


@examples(30)
@given(st.integers(1, 98), st.integers(0, 90), st.integers(0, 70))
def test_a_small_odd_thing_in_a_still_scene_is_found(place: int, x: int, y: int) -> None:
    still = scene(100, 80)
    frames = [glimpse(still)] * 100
    for index in range(0, 100, 3):  # a little noise, so that nearly all frames differ
        noisy = np.asarray(still).copy()
        noisy[index % 80, index] ^= 8
        frames[index] = glimpse(PILImage.fromarray(noisy))
    odd = np.asarray(still).copy()
    odd[y : y + 10, x : x + 10] ^= 255
    frames[place] = glimpse(PILImage.fromarray(odd))
    assert place in choose(frames, 6).all


def test_an_odd_stretch_of_frames_is_found() -> None:
    frames = [scene(60, 40, seed=1).rotate(index / 4) for index in range(60)]
    frames += [scene(60, 40, seed=2).rotate(index / 4) for index in range(5)]
    frames += [scene(60, 40, seed=1).rotate(15 - index / 4) for index in range(60)]
    chosen = choose([glimpse(frame) for frame in frames], 6).all
    assert set(chosen) & set(range(60, 65))


def test_what_is_fully_transparent_does_not_make_a_frame_differ() -> None:
    clear, red = (PILImage.new("RGBA", (8, 8), (level, 0, 0, 0)) for level in (0, 255))
    assert glimpse(clear).digest == glimpse(red).digest
    assert glimpse(clear).digest != glimpse(PILImage.new("RGBA", (8, 8), (0, 0, 0, 9))).digest
