"""Transparent pictures on the backgrounds that people see them on.

The same file is shown on white pages and in dark apps. Most pictures show the same content on
both; some do not: black letters are lost on black, white ones on white, and a picture made of
transparency alone can show one thing here and another there. Those are judged on both.

The rule: content is where neighbouring pixels differ visibly. On three scales, the contrast in
each 3 x 3 neighbourhood is measured on white and on black. Contrast that is visible on one
background and has no visible contrast near it on the other is content that the other has lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

WHITE, BLACK = 255, 0
ON_WHITE, ON_BLACK = "on white", "on black"

_SIDES = (256, 64, 16)
_VISIBLE = 32  # of 255, in any colour channel
_NEAR = 3  # pixels at each scale; an outline this thick is explained by its other edge
_ENOUGH = 4  # pixels at one scale

Mask = NDArray[np.bool_]


def composites(image: PILImage.Image) -> tuple[tuple[str, PILImage.Image], ...]:
    """`image` (RGB or RGBA) as RGB pictures, each with a name for the view.

    Opaque pictures come back as they are and without a name. So do transparent ones, on white,
    unless they show different content on black.
    """
    if image.mode != "RGBA":
        return (("", image),)
    white, black = _on(image, WHITE), _on(image, BLACK)
    if content_differs(white, black):
        return (ON_WHITE, white), (ON_BLACK, black)
    return (("", white),)


def _on(image: PILImage.Image, level: int) -> PILImage.Image:
    ground = PILImage.new("RGB", image.size, (level, level, level))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def content_differs(one: PILImage.Image, other: PILImage.Image) -> bool:
    """Whether one of two RGB pictures of the same size shows content that the other lacks."""
    for side in _SIDES:
        seen, also = _visible(_scaled(one, side)), _visible(_scaled(other, side))
        lost = (seen & ~_spread(also, _NEAR)) | (also & ~_spread(seen, _NEAR))
        if np.count_nonzero(lost) >= _ENOUGH:
            return True
    return False


def _scaled(image: PILImage.Image, side: int) -> NDArray[np.uint8]:
    scale = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, PILImage.Resampling.BOX))


def _visible(pixels: NDArray[np.uint8]) -> Mask:
    """Where the range of some channel in the 3 x 3 neighbourhood is visible."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    contrast = np.maximum.reduce(shifted) - np.minimum.reduce(shifted)
    return np.asarray(contrast.max(axis=2) >= _VISIBLE)


def _spread(mask: Mask, radius: int) -> Mask:
    """`mask` with every set pixel grown to a square of 2 * radius + 1 pixels."""
    height, width = mask.shape
    padded = np.pad(mask, radius)
    reach = range(2 * radius + 1)
    rows = np.logical_or.reduce([padded[y : y + height] for y in reach])
    return np.asarray(np.logical_or.reduce([rows[:, x : x + width] for x in reach]))
