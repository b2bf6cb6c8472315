"""Any Pillow mode to 8 bits a channel, before colour management."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from cluejudge.image.refusals import Code, refuse

EightBit = tuple[PILImage.Image, tuple[str, ...]]

_AS_THEY_ARE = frozenset(("L", "LA", "RGB", "RGBA", "CMYK", "LAB"))


def eight_bit(image: PILImage.Image, depth: int | None = None, inverted: bool = False) -> EightBit:
    """`image` in mode L, LA, RGB, RGBA, CMYK or LAB, and notes on what that took.

    `depth` is the bits of a sample as the file stores it, where known; `inverted` says that 0 is
    white in a mode of more than 8 bits. 16-bit samples keep their range: 65535 is white. 32-bit
    integers and floats have no agreed white, so they are stretched from their smallest value to
    their largest, unless floats lie within 0 and 1.
    """
    if image.mode.startswith("I;16"):
        return _from_16_bit(image, depth or 16, inverted)
    if image.mode in {"I", "F"}:
        return _from_32_bit(image, inverted)
    key = image.info.get("transparency")
    if isinstance(key, int | tuple) and image.mode in {"1", "L", "RGB"} and depth:
        image = image.copy()
        image.info["transparency"] = _scaled_key(key, depth)
    if image.has_transparency_data:
        grey = image.mode in {"1", "L", "LA", "La"}
        return converted(image, "LA" if grey else "RGBA"), ()
    if image.mode in _AS_THEY_ARE:
        return image, ()
    return converted(image, "L" if image.mode == "1" else "RGB"), ()


def converted(image: PILImage.Image, mode: str) -> PILImage.Image:
    """`image` in `mode`: itself where it is already, for there Pillow would make a copy."""
    return image if image.mode == mode else image.convert(mode)


def _scaled_key(key: int | tuple[int, ...], depth: int) -> int | tuple[int, ...]:
    """A PNG's transparent colour in the 8-bit values that Pillow decodes its samples to."""
    if isinstance(key, tuple):
        return tuple(value >> 8 for value in key) if depth == 16 else key
    return key * 255 // (2**depth - 1) if depth < 8 else key


def _from_16_bit(image: PILImage.Image, depth: int, inverted: bool) -> EightBit:
    values = np.asarray(image).astype(np.uint32)
    top = 2 ** min(depth, 16) - 1
    levels = (np.minimum(values, top) * 255 + top // 2) // top
    grey = PILImage.fromarray(_shown(levels, inverted))
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey.putalpha(PILImage.fromarray(np.where(values == key, 0, 255).astype(np.uint8)))
    return grey, (f"{depth}-bit grey scaled to 8 bits",)


def _from_32_bit(image: PILImage.Image, inverted: bool) -> EightBit:
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise refuse(Code.CORRUPT, "some pixel values are no numbers")
    low, high = float(values.min()), float(values.max())
    if image.mode == "F" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
        note = "floats from 0 to 1 scaled to 8 bits"
    else:
        note = f"values from {low:g} to {high:g} stretched to 8 bits"
    values -= low  # in place, for at the limit of pixels each copy takes 800 MB
    values *= 255 / ((high - low) or 1.0)
    return PILImage.fromarray(_shown(np.rint(values, out=values), inverted)), (note,)


def _shown(levels: NDArray[np.uint32] | NDArray[np.float64], inverted: bool) -> NDArray[np.uint8]:
    grey = levels.astype(np.uint8)
    return 255 - grey if inverted else grey
