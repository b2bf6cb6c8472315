"""What lies behind a scene: plain, gradient, striped, checked, noisy or photographic."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from cluejudge.scenes.spec import Background

KINDS = ("plain", "gradient", "stripes", "checks", "noise", "photo")
_CHANCES = (0.3, 0.14, 0.1, 0.08, 0.13, 0.25)


def random_background(rng: np.random.Generator) -> Background:
    """A background of a random kind and two random colours, pale more often than dark."""
    pale = rng.random() < 0.6
    first = rng.integers(150, 256, 3) if pale else rng.integers(0, 256, 3)
    second = np.clip(first + rng.integers(-70, 71, 3), 0, 255)
    colours = _colour(first), _colour(second)
    kind = KINDS[int(rng.choice(len(KINDS), p=_CHANCES))]
    return Background(kind, colours, int(rng.integers(2**31)))


def _colour(values: NDArray[np.int64]) -> tuple[int, int, int]:
    return int(values[0]), int(values[1]), int(values[2])


def draw_background(background: Background, side: int) -> PILImage.Image:
    """Paint `background` as an RGB image of `side` x `side` pixels."""
    rng = np.random.default_rng(background.seed)
    if background.kind == "photo":
        return _photo(rng, side)
    if background.kind == "plain":
        return PILImage.new("RGB", (side, side), background.colours[0])
    mix = _mix(background.kind, rng, side)[..., None]
    first, second = (np.array(c, np.float32) for c in background.colours)
    return PILImage.fromarray((first * (1 - mix) + second * mix).astype(np.uint8))


def _mix(kind: str, rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """How much of the second colour each pixel takes, [side, side] in 0..1."""
    turn = rng.uniform(0, 2 * np.pi)
    axis = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    slope = axis[None, :] * np.float32(np.cos(turn)) + axis[:, None] * np.float32(np.sin(turn))
    if kind == "gradient":
        return np.asarray(np.clip(slope + 0.5, 0, 1), np.float32)
    period = rng.uniform(0.05, 0.2)
    if kind == "stripes":
        return np.asarray((slope / period) % 1.0 > 0.5, np.float32)
    if kind == "checks":
        cells = np.floor(axis / period)
        return np.asarray((cells[None, :] + cells[:, None]) % 2, np.float32)
    grain = int(rng.integers(4, 40))
    coarse = PILImage.fromarray(rng.integers(0, 256, (grain, grain), dtype=np.uint8))
    fine = np.asarray(coarse.resize((side, side), PILImage.Resampling.BICUBIC), np.float32)
    return fine / np.float32(255)


@cache
def _photos() -> tuple[PILImage.Image, ...]:
    folder = files("cluejudge.scenes") / "backgrounds"
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".jpg"):
            with entry.open("rb") as file:
                found.append(PILImage.open(file).convert("RGB"))
    return tuple(found)


def _photo(rng: np.random.Generator, side: int) -> PILImage.Image:
    photos = _photos()
    photo = photos[int(rng.integers(len(photos)))]
    reach = int(rng.uniform(0.4, 1.0) * min(photo.size))
    left = int(rng.integers(0, photo.width - reach + 1))
    top = int(rng.integers(0, photo.height - reach + 1))
    cut = photo.resize(
        (side, side), PILImage.Resampling.BILINEAR, (left, top, left + reach, top + reach)
    )
    return cut.transpose(PILImage.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else cut
