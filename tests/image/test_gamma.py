from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PILImage

from cluejudge.image.gamma import exponent, renditions
from tests.image.samples import scene


def test_the_usual_gammas_change_nothing() -> None:
    for gamma in (0.45455, 0.5, 0.55):
        assert exponent({"gamma": gamma}) is None


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"gamma": 0.0},
        {"gamma": -1.0},
        {"gamma": "0.02"},
        {"gamma": 0.02, "srgb": 0},
        {"gamma": 0.02, "icc_profile": b"a"},
    ],
)
def test_no_gamma_or_a_better_word_than_gamma(info: dict[str | tuple[int, int], object]) -> None:
    assert exponent(info) is None


def test_text_that_poses_as_a_chunk_does_not_hide_the_gamma() -> None:
    assert exponent({"gamma": 0.02, "srgb": "0", "icc_profile": "a"}) == pytest.approx(
        22.7, abs=0.1
    )


def test_linear_samples_are_brightened() -> None:
    power = exponent({"gamma": 1.0})
    assert power == pytest.approx(1 / 2.2)
    grey = PILImage.new("RGBA", (2, 2), (64, 0, 255, 64))
    (_, applied), (_, ignored) = renditions(grey, power)
    assert applied.getpixel((0, 0)) == (136, 0, 255, 64)
    assert ignored == grey


def test_without_a_power_there_is_one_rendition() -> None:
    assert renditions(scene(), None) == (("", scene()),)


def test_a_picture_made_of_two_by_gamma_is_seen_both_ways() -> None:
    """Dark samples hide one picture; those near white, spread by a steep power, another."""
    bright = np.asarray(scene().convert("L")).astype(float) / 255
    samples = np.rint(255 * bright ** (1 / 20)).astype(np.uint8)
    image = PILImage.fromarray(np.dstack([samples] * 3))
    (name, applied), (other, ignored) = renditions(image, 20.0)
    assert (name, other) == ("gamma applied", "gamma ignored")
    assert np.abs(np.asarray(applied)[..., 0] / 255 - bright).mean() < 0.05
    assert np.asarray(ignored).mean() > 220
