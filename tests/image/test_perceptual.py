from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as PILImage

from cluejudge.image import Picture, phash
from cluejudge.image.perceptual import distance
from tests.image.samples import encode, examples, scene

seeds = st.integers(0, 500)


def picture(image: PILImage.Image) -> Picture:
    return Picture(np.asarray(image))


def _cosines(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The type-II cosine transform of each row, by way of the Fourier transform of its mirror."""
    length = rows.shape[1]
    waves = np.fft.fft(np.hstack([rows, rows[:, ::-1]]))[:, :length]
    turned = waves * np.exp(-0.5j * np.pi * np.arange(length) / length)
    return np.asarray(np.real(turned) / 2)


@examples(60)
@given(seeds)
def test_the_hash_is_of_the_cosine_transform(seed: int) -> None:
    image = scene(320, 240, seed, (9, 12))
    small = image.convert("L").resize((32, 32), PILImage.Resampling.LANCZOS)
    low = _cosines(_cosines(np.asarray(small, float)).T).T[:8, :8]
    bits = "".join("1" if wave > np.median(low) + 16 else "0" for wave in low.ravel())
    assert phash(picture(image)) == f"{int(bits, 2):016x}"


@examples(25)
@given(seeds, st.integers(60, 95), st.floats(0.4, 2.0))
def test_it_hardly_changes_with_size_and_jpeg(seed: int, quality: int, scale: float) -> None:
    image = scene(320, 240, seed, (9, 12))
    resized = image.resize((round(320 * scale), round(240 * scale)), PILImage.Resampling.LANCZOS)
    again = PILImage.open(io.BytesIO(encode(resized, "JPEG", quality=quality)))
    assert distance(phash(picture(image)), phash(picture(again))) <= 6


@examples(8)
@given(seeds, st.integers(1024, 2300), st.integers(1024, 2300))
def test_averaging_large_pictures_first_hardly_matters(seed: int, width: int, height: int) -> None:
    small = scene(320, 240, seed, (9, 12))
    large = np.asarray(small.resize((width, height), PILImage.Resampling.BICUBIC)).astype(int)
    noise = np.random.default_rng(seed).integers(-9, 10, large.shape)
    noisy = Picture((large + noise).clip(0, 255).astype(np.uint8))
    assert distance(phash(noisy), phash(picture(small))) <= 4


@pytest.mark.parametrize("symmetric", [PILImage.radial_gradient, PILImage.linear_gradient])
def test_frequencies_of_nothing_do_not_flip_bits(
    symmetric: Callable[[str], PILImage.Image],
) -> None:
    image = symmetric("L").convert("RGB")
    small = image.resize((150, 150))
    again = PILImage.open(io.BytesIO(encode(small, "JPEG", quality=60)))
    assert distance(phash(picture(image)), phash(picture(again))) <= 6


def test_other_pictures_have_other_hashes() -> None:
    hashes = [phash(picture(scene(320, 240, seed, (9, 12)))) for seed in range(40)]
    gaps = [distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(gaps) > 6
    assert 24 < np.mean(gaps) < 40


def test_it_is_16_hex_digits_and_steady_on_flat_pictures() -> None:
    for level in (0, 1, 77, 255):
        flat = phash(Picture(np.full((33, 47, 3), level, np.uint8)))
        assert len(flat) == 16
        assert flat in {"0000000000000000", "8000000000000000"}
