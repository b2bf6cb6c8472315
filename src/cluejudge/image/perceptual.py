"""A perceptual hash: near-equal pictures get near-equal hashes.

The DCT hash of C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions"
(2010), section 3.2.1: of the grey picture at 32 x 32, the 8 x 8 lowest frequencies, each a bit
that says whether it is above their median. Here it must be above by a margin: flat and symmetric
pictures have many frequencies of nothing, whose bits would otherwise be those of the noise.
Sides of 1024 pixels and more are first averaged in blocks, down to 512 or more, which costs less
and may turn a few bits.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as PILImage

from cluejudge.image.picture import Picture

_SIDE, _LOW = 32, 8
_GAP = 16.0  # blocks are averaged down to this many times `_SIDE`
_MARGIN = 16.0  # what an error of one grey level, random over the 32 x 32 samples, amounts to
# Rows are the lowest frequencies of the type-II cosine transform of _SIDE samples.
_BASIS = np.cos(np.pi / _SIDE * np.outer(np.arange(_LOW), np.arange(_SIDE) + 0.5))


def phash(picture: Picture) -> str:
    """The 64-bit hash of `picture`, 16 hex digits."""
    return hash_of(picture.pil())


def hash_of(image: PILImage.Image) -> str:
    """The hash of a picture that is still Pillow's, mode RGB."""
    grey, size = image.convert("L"), (_SIDE, _SIDE)
    small = grey.resize(size, PILImage.Resampling.LANCZOS, reducing_gap=_GAP)
    waves = _BASIS @ np.asarray(small, dtype=np.float64) @ _BASIS.T
    bits = np.packbits(waves > np.median(waves) + _MARGIN)
    return bits.tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits of two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
