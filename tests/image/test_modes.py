from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.errors import ImageError
from cluejudge.image.modes import eight_bit
from tests.image.samples import Pixels, examples, scene

GREYS = np.arange(256, dtype=np.uint8).reshape(16, 16)


def grey(image: PILImage.Image, depth: int | None = None, inverted: bool = False) -> Pixels:
    plain, _ = eight_bit(image, depth, inverted)
    assert plain.mode in {"L", "LA"}
    return np.asarray(plain)


@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_16_bits_keep_their_range(order: str) -> None:
    wide = PILImage.fromarray((GREYS.astype(np.uint16) * 257).astype(order))
    assert np.array_equal(grey(wide, depth=16), GREYS)
    assert np.array_equal(grey(wide, depth=16, inverted=True), 255 - GREYS)


def test_12_bits_are_not_taken_for_dark_16() -> None:
    wide = PILImage.fromarray(np.array([[0, 2048, 4095]], np.uint16))
    assert grey(wide, depth=12).tolist() == [[0, 128, 255]]


@examples(60)
@given(st.lists(st.integers(0, 65535), min_size=1, max_size=50))
def test_16_bits_are_rounded_to_the_nearest_of_8(values: list[int]) -> None:
    wide = PILImage.fromarray(np.array([values], np.uint16))
    expected = np.rint(np.array(values) / 257)
    assert np.abs(grey(wide)[0].astype(float) - expected).max() <= 1e-9


def test_floats_from_0_to_1_are_levels() -> None:
    image = PILImage.fromarray(np.array([[0.2, 0.4, 0.6]], np.float32))
    assert grey(image).tolist() == [[51, 102, 153]]


@pytest.mark.parametrize("values", [[-5.0, 0.0, 5.0], [10, 20, 30], [1e9, 2e9, 3e9]])
def test_values_without_an_agreed_white_are_stretched(values: list[float]) -> None:
    image = PILImage.fromarray(np.array([values], np.float32))
    plain, notes = eight_bit(image)
    assert np.asarray(plain).tolist() == [[0, 128, 255]]
    assert "stretched" in notes[0]


def test_flat_values_are_a_flat_picture() -> None:
    assert not grey(PILImage.fromarray(np.full((4, 4), 7, np.int32))).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ImageError) as caught:
        eight_bit(PILImage.fromarray(np.array([[0.0, value]], np.float32)))
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBX", "YCbCr", "HSV"])
def test_opaque_modes_look_the_same(mode: str) -> None:
    image = scene().convert(mode)
    plain, _ = eight_bit(image)
    assert plain.mode in {"L", "RGB"}
    difference = np.asarray(plain.convert("RGB")) - np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(difference).max() <= 3


@pytest.mark.parametrize("mode", ["LA", "La", "RGBA", "RGBa", "PA"])
def test_transparent_modes_keep_their_transparency(mode: str) -> None:
    image = scene()
    image.putalpha(PILImage.linear_gradient("L").resize(image.size))
    alpha = np.asarray(image.getchannel("A"))
    if mode == "La":
        image = image.convert("LA")
    plain, _ = eight_bit(image.convert("P").convert("PA") if mode == "PA" else image.convert(mode))
    assert plain.mode in {"LA", "RGBA"}
    if mode != "PA":
        assert np.array_equal(np.asarray(plain.getchannel("A")), alpha)


def test_a_palette_may_have_one_transparent_colour_or_many() -> None:
    image = scene().quantize(4)
    image.info["transparency"] = 2
    one, _ = eight_bit(image)
    assert np.array_equal(np.asarray(one)[..., 3] == 0, np.asarray(image) == 2)
    image.info["transparency"] = bytes((255, 128, 0))
    many, _ = eight_bit(image)
    expected = np.array([255, 128, 0, 255])[np.asarray(image)]
    assert np.array_equal(np.asarray(many)[..., 3], expected)


@pytest.mark.parametrize(
    ("depth", "key", "level"), [(1, 1, 255), (2, 1, 85), (4, 3, 51), (8, 9, 9)]
)
def test_a_transparent_grey_is_meant_in_the_depth_of_the_file(
    depth: int, key: int, level: int
) -> None:
    image = PILImage.fromarray(np.array([[0, level, 255 - level]], np.uint8))
    image.info["transparency"] = key
    plain, _ = eight_bit(image.convert("1") if depth == 1 else image, depth)
    assert np.asarray(plain.getchannel("A")).tolist() == [[255, 0, 255]]
    assert image.info["transparency"] == key


def test_a_transparent_colour_of_16_bits() -> None:
    image = PILImage.new("RGB", (2, 1), (0x12, 0x34, 0x56))
    image.putpixel((1, 0), (0, 0, 0))
    image.info["transparency"] = (0x12FF, 0x34FF, 0x56FF)
    plain, _ = eight_bit(image, 16)
    assert np.asarray(plain)[0, :, 3].tolist() == [0, 255]
    wide = PILImage.fromarray(np.array([[7, 7000]], np.uint16))
    wide.info["transparency"] = 7000
    assert grey(wide)[0, :, 1].tolist() == [255, 0]


def test_cmyk_and_lab_wait_for_colour_management() -> None:
    for mode in ("CMYK", "LAB"):
        image = PILImage.new(mode, (2, 2))
        assert eight_bit(image) == (image, ())
