from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.image.background import composites, content_differs
from tests.image.samples import cutout, examples, scene


def names(image: PILImage.Image) -> list[str]:
    return [name for name, _ in composites(image)]


ONE, BOTH = [""], ["on white", "on black"]


def test_opaque_pictures_are_left_alone() -> None:
    assert composites(scene()) == (("", scene()),)


@examples(60)
@given(st.tuples(*[st.integers(0, 255)] * 4))
def test_compositing_is_the_usual_formula(colour: tuple[int, int, int, int]) -> None:
    shown = composites(PILImage.new("RGBA", (4, 4), colour))
    opacity = colour[3] / 255
    for (name, image), ground in zip(shown, (255, 0), strict=False):
        expected = np.array(colour[:3]) * opacity + ground * (1 - opacity)
        assert np.abs(np.asarray(image)[0, 0] - expected).max() <= 1, name


@pytest.mark.parametrize("colour", [(200, 30, 30), (128, 128, 128), (40, 200, 90), (90, 60, 220)])
def test_a_cutout_that_shows_on_both_is_judged_on_white(colour: tuple[int, int, int]) -> None:
    assert names(cutout(colour)) == ONE


@pytest.mark.parametrize("colour", [(0, 0, 0), (20, 15, 20), (255, 255, 255), (240, 245, 240)])
def test_a_cutout_that_one_background_swallows_is_judged_on_both(
    colour: tuple[int, int, int],
) -> None:
    assert names(cutout(colour)) == BOTH


def test_a_dark_cutout_with_a_thin_light_outline_shows_on_both() -> None:
    pixels = np.asarray(cutout((250, 250, 250), 128)).copy()
    pixels[33:-33, 33:-33, :3] = 10
    assert names(PILImage.fromarray(pixels)) == ONE


def test_a_photograph_that_is_evenly_transparent_is_judged_once() -> None:
    image = scene(200, 150)
    image.putalpha(128)
    assert names(image) == ONE


def test_a_picture_made_of_transparency_alone_is_judged_on_both() -> None:
    for level in (0, 255):
        image = PILImage.new("RGB", (100, 75), (level,) * 3)
        image.putalpha(scene(100, 75).convert("L"))
        assert names(image) == BOTH


def test_two_pictures_in_one_are_both_found() -> None:
    """The "mirage" trick: grey and opacity solved so that white shows one and black another."""
    white = 128 + np.asarray(scene(96, 72, seed=1).convert("L")).astype(float) / 2
    black = np.asarray(scene(96, 72, seed=2).convert("L")).astype(float) / 2
    opacity = np.clip(255 - (white - black), 1, 255)
    grey = np.clip(black * 255 / opacity, 0, 255)
    image = PILImage.fromarray(np.dstack([grey, grey, grey, opacity]).astype(np.uint8))
    shown = composites(image)
    assert [name for name, _ in shown] == BOTH
    for (_, picture), expected in zip(shown, (white, black), strict=True):
        assert np.abs(np.asarray(picture)[..., 0] - expected).mean() < 2


def test_a_small_hidden_mark_in_a_large_picture_is_found() -> None:
    pixels = np.dstack([np.asarray(scene(1200, 900)), np.full((900, 1200), 255, np.uint8)])
    pixels[300:600, 300:600] = (255, 255, 255, 0)
    for row in range(3):  # white strokes on nothing: only black shows them
        pixels[400 + 30 * row : 412 + 30 * row, 400:500] = 255
    assert names(PILImage.fromarray(pixels)) == BOTH


def test_nothing_at_all_is_one_white_picture() -> None:
    ((name, shown),) = composites(PILImage.new("RGBA", (30, 30), (9, 9, 9, 0)))
    assert name == ""
    assert (np.asarray(shown) == 255).all()


@examples(60)
@given(st.integers(0, 20), st.integers(0, 20))
def test_the_comparison_is_symmetric_and_equal_pictures_do_not_differ(one: int, two: int) -> None:
    a, b = scene(seed=one), scene(seed=two)
    assert content_differs(a, b) == content_differs(b, a)
    assert not content_differs(a, a)
