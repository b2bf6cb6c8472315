from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.image import Box, Picture
from cluejudge.settings import RegionFill
from tests.image.samples import Pixels, examples

sides = st.integers(1, 12)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    height, width, seed = draw(sides), draw(sides), draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    return Picture(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


@st.composite
def boxed(draw: st.DrawFn) -> tuple[Picture, Box]:
    picture = draw(pictures())
    left = draw(st.integers(0, picture.width - 1))
    top = draw(st.integers(0, picture.height - 1))
    right = draw(st.integers(left + 1, picture.width))
    bottom = draw(st.integers(top + 1, picture.height))
    return picture, Box(left, top, right, bottom)


@examples(60)
@given(boxed(), st.sampled_from(RegionFill))
def test_only_the_box_is_removed(case: tuple[Picture, Box], fill: RegionFill) -> None:
    picture, box = case
    changed = picture.without(box, fill).pixels
    outside = np.ones(changed.shape[:2], bool)
    outside[box.top : box.bottom, box.left : box.right] = False
    assert np.array_equal(changed[outside], picture.pixels[outside])


@examples(60)
@given(boxed())
def test_a_region_is_filled_with_one_colour(case: tuple[Picture, Box]) -> None:
    picture, box = case
    mean = picture.without(box, RegionFill.MEAN).crop(box).pixels
    grey = picture.without(box, RegionFill.GREY).crop(box).pixels
    assert (grey == 128).all()
    assert np.abs(mean - picture.pixels.reshape(-1, 3).mean(axis=0)).max() <= 0.5


@examples(60)
@given(boxed())
def test_a_crop_holds_the_pixels_of_its_box(case: tuple[Picture, Box]) -> None:
    picture, box = case
    crop = picture.crop(box)
    assert (crop.width, crop.height, crop.area) == (
        box.right - box.left,
        box.bottom - box.top,
        box.area,
    )
    assert np.array_equal(crop.pixels, picture.pixels[box.top : box.bottom, box.left : box.right])


@examples(60)
@given(pictures(), pictures())
def test_pictures_are_equal_with_their_pixels(one: Picture, other: Picture) -> None:
    same = one.pixels.shape == other.pixels.shape and bool((one.pixels == other.pixels).all())
    assert (one == other) is same
    assert (one.digest == other.digest) is same
    assert not same or hash(one) == hash(other)


@examples(60)
@given(pictures())
def test_pictures_survive_pickling_and_pillow(picture: Picture) -> None:
    for copy in (pickle.loads(pickle.dumps(picture)) for _ in range(2)):  # without a digest, with
        assert copy == picture
        assert copy.digest == Picture(picture.pixels).digest
        assert not copy.pixels.flags.writeable
    assert Picture(np.asarray(picture.pil())) == picture


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (2**18, 1), (2**18 + 1, 2), (700, 1000)])
def test_a_picture_of_a_pillow_image_has_its_pixels(size: tuple[int, int]) -> None:
    width, height = size
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    picture = Picture.of(PILImage.fromarray(pixels))
    assert np.array_equal(picture.pixels, pixels)
    assert not picture.pixels.flags.writeable


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_a_pillow_image_of_another_mode_is_no_picture(mode: str) -> None:
    with pytest.raises(ValueError, match="mode RGB"):
        Picture.of(PILImage.new(mode, (3, 3)))


def test_a_picture_does_not_change_with_the_array_it_was_made_of() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    picture = Picture(pixels)
    pixels[:] = 9
    assert not picture.pixels.any()
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 1


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((2, 2, 4), np.uint8),
        np.zeros((0, 2, 3), np.uint8),
        np.zeros((2, 2, 3), np.float32),
    ],
)
def test_other_arrays_are_no_pictures(pixels: Pixels) -> None:
    with pytest.raises(ValueError, match="a picture is"):
        Picture(pixels)


@pytest.mark.parametrize("corners", [(0, 0, 0, 1), (2, 0, 1, 1), (-1, 0, 1, 1), (0, 3, 1, 2)])
def test_boxes_have_an_inside(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        Box(*corners)


def test_a_box_beyond_the_picture_is_an_error() -> None:
    picture = Picture(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(ValueError, match="outside"):
        picture.crop(Box(0, 0, 3, 1))


def test_the_union_of_boxes_holds_both() -> None:
    assert Box(1, 5, 3, 6).union(Box(2, 0, 9, 1)) == Box(1, 0, 9, 6)
