from __future__ import annotations

import numpy as np
import pytest

from cluejudge.embedded.pixels import SIDE, to_pixels
from cluejudge.image import Picture


def test_black_is_minus_one_and_white_is_one() -> None:
    black, white = (Picture(np.full((7, 9, 3), level, np.uint8)) for level in (0, 255))
    pixels = to_pixels([black, white])
    assert pixels.shape == (2, 3, SIDE, SIDE)
    assert pixels.dtype == np.float32
    assert pixels[0] == pytest.approx(-np.ones_like(pixels[0]))
    assert pixels[1] == pytest.approx(np.ones_like(pixels[1]))


def test_a_picture_of_that_size_is_taken_as_it_is() -> None:
    source = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    (pixels,) = to_pixels([Picture(source)])
    assert np.rint((pixels + 1) * 127.5).astype(np.uint8).tolist() == (
        source.transpose(2, 0, 1).tolist()
    )


def test_rows_and_columns_keep_their_places() -> None:
    """Red above, blue to the lower right: nothing is turned, whatever the shape."""
    source = np.zeros((40, 300, 3), np.uint8)
    source[:20, :, 0] = 255
    source[20:, 150:, 2] = 255
    (pixels,) = to_pixels([Picture(source)])
    assert pixels[0, 10].min() > 0.9 > -0.9 > pixels[0, -10].max()
    assert pixels[2, -10, -10] > 0.9 > -0.9 > pixels[2, -10, 10]
