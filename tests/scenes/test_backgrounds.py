from __future__ import annotations

import numpy as np
import pytest

from cluejudge.scenes.backgrounds import KINDS, draw_background, random_background
from cluejudge.scenes.spec import Background

RED_AND_BLUE = ((255, 0, 0), (0, 0, 255))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_background_is_the_same_every_time(kind: str, seed: int) -> None:
    background = Background(kind, RED_AND_BLUE, seed)
    picture = draw_background(background, 48)
    assert (picture.mode, picture.size) == ("RGB", (48, 48))
    assert picture.tobytes() == draw_background(background, 48).tobytes()


@pytest.mark.parametrize("kind", ["gradient", "stripes", "checks", "noise"])
def test_a_drawn_background_mixes_its_two_colours(kind: str) -> None:
    pixels = np.asarray(draw_background(Background(kind, RED_AND_BLUE, 5), 48)).astype(int)
    assert pixels[..., 1].max() == 0
    assert np.abs(pixels.sum(axis=2) - 255).max() <= 1
    assert np.ptp(pixels[..., 0]) > 100


def test_a_plain_background_is_of_one_colour() -> None:
    pixels = np.asarray(draw_background(Background("plain", RED_AND_BLUE, 5), 16))
    assert (pixels == (255, 0, 0)).all()


def test_photographs_vary() -> None:
    pictures = {
        draw_background(Background("photo", RED_AND_BLUE, seed), 32).tobytes() for seed in range(8)
    }
    assert len(pictures) == 8


def test_random_backgrounds_are_of_every_kind_and_in_range() -> None:
    rng = np.random.default_rng(0)
    found = [random_background(rng) for _ in range(300)]
    assert {background.kind for background in found} == set(KINDS)
    values = [v for background in found for colour in background.colours for v in colour]
    assert min(values) >= 0
    assert max(values) <= 255
