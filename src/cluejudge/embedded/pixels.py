"""Pictures as the vision tower sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as PILImage

from cluejudge.embedded.session import Floats
from cluejudge.image import Picture

SIDE = 128


def to_pixels(pictures: Sequence[Picture]) -> Floats:
    """Float32 [pictures, 3, 128, 128] in -1..1, scaled as the checkpoint's processor scales.

    A picture that is not square is squashed: everything in it is seen, though out of shape.
    """
    small = [_squashed(picture) for picture in pictures]
    scaled = np.stack(small).astype(np.float32) / np.float32(127.5) - np.float32(1)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def _squashed(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if picture.width == picture.height == SIDE:
        return picture.pixels
    return np.asarray(picture.pil().resize((SIDE, SIDE), PILImage.Resampling.BILINEAR))
