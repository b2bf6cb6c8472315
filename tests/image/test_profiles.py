from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PILImage
from PIL import ImageCms

from cluejudge.image.profiles import to_srgb
from tests.image.samples import (
    grey_profile,
    ink_profile,
    scene,
    srgb_profile,
    swapping_profile,
)


def error(one: PILImage.Image, other: PILImage.Image) -> float:
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).mean())


def test_without_a_profile_samples_are_srgb_and_not_copied() -> None:
    plain = scene()
    shown, notes = to_srgb(plain)
    assert shown is plain
    assert error(shown, scene()) == 0
    assert notes == ()


def test_what_is_given_is_never_changed() -> None:
    clear = scene()
    clear.putalpha(77)
    for given in (scene(), clear, clear.convert("LA")):
        before = given.tobytes()
        to_srgb(given)
        to_srgb(given, srgb_profile())
        assert given.tobytes() == before


def test_a_profile_of_srgb_changes_nothing_that_shows() -> None:
    shown, notes = to_srgb(scene(), srgb_profile())
    assert error(shown, scene()) < 1
    assert "converted to sRGB" in notes[0]


def test_a_profile_decides_what_the_channels_mean() -> None:
    red, green, blue = scene().split()
    stored = PILImage.merge("RGB", (green, red, blue))
    shown, notes = to_srgb(stored, swapping_profile())
    assert error(shown, scene()) < 4
    assert notes == ("colour profile 'Test profile' converted to sRGB",)


def test_a_grey_profile_decides_how_bright_grey_is() -> None:
    linear = PILImage.new("L", (4, 4), 55)
    shown, _ = to_srgb(linear, grey_profile(1.0))
    assert shown.mode == "RGB"
    assert abs(np.asarray(shown).mean() - 255 * (55 / 255) ** (1 / 2.2)) < 3


def test_cmyk_with_and_without_a_profile() -> None:
    cyan = PILImage.new("CMYK", (4, 4), (255, 0, 0, 0))
    plain, notes = to_srgb(cyan)
    assert np.asarray(plain)[0, 0].tolist() == [0, 255, 255]
    assert notes == ("converted from CMYK",)
    managed, notes = to_srgb(cyan, ink_profile())
    assert np.asarray(managed)[0, 0].tolist() == [255, 255, 255]
    assert notes[0] == "converted from CMYK"
    black, _ = to_srgb(PILImage.new("CMYK", (4, 4), (0, 0, 0, 255)), ink_profile())
    assert not np.asarray(black).any()


def test_lab_is_converted() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    stored = ImageCms.applyTransform(scene(), ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))
    assert stored is not None
    shown, notes = to_srgb(stored)
    assert error(shown, scene()) < 3
    assert notes == ("converted from LAB",)


@pytest.mark.parametrize(
    "profile",
    [b"no profile at all", swapping_profile()[:200], grey_profile(2.2), ink_profile()],
)
def test_a_broken_or_unfit_profile_is_ignored_and_noted(profile: bytes) -> None:
    shown, notes = to_srgb(scene(), profile)
    assert error(shown, scene()) == 0
    assert notes == ("a broken or unfit colour profile was ignored",)


@pytest.mark.parametrize("profile", [None, "text where a profile should be", 3])
def test_what_is_no_profile_is_none(profile: object) -> None:
    assert to_srgb(scene(), profile)[1] == ()


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_stays_and_opaque_alpha_goes(mode: str) -> None:
    image = scene().convert(mode)
    assert to_srgb(image, srgb_profile())[0].mode == "RGB"
    image.putpixel((1, 2), (9, 7) if mode == "LA" else (9, 9, 9, 7))
    shown, _ = to_srgb(image)
    assert shown.mode == "RGBA"
    assert shown.getpixel((1, 2)) == (9, 9, 9, 7)
    assert np.count_nonzero(np.asarray(shown)[..., 3] != 255) == 1


def test_a_name_from_a_profile_is_printable_and_short() -> None:
    evil = swapping_profile().replace(b"Test profile", b"\x1b[2J\n<b>\x07abc")
    note = to_srgb(scene(), evil)[1][0]
    assert note.isprintable()
