"""PNG files that ask to be shown darker or brighter than sRGB (gAMA, PNG 3rd ed., 11.3.2.2).

Some viewers obey, some do not, and pictures exist that show one thing to each. So a picture whose
gamma matters is judged both ways.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image as PILImage

_SRGB = 1 / 2.2
_NEGLIGIBLE = (0.8, 1.25)


def exponent(info: Mapping[str | tuple[int, int], object]) -> float | None:
    """The power that turns samples in [0, 1] into sRGB; None where it is near enough to 1.

    `info` is Pillow's. An sRGB chunk or a colour profile takes the place of gAMA.
    """
    gamma = info.get("gamma")
    if not isinstance(gamma, float) or gamma <= 0:
        return None
    if isinstance(info.get("srgb"), int) or isinstance(info.get("icc_profile"), bytes):
        return None
    power = _SRGB / gamma
    return None if _NEGLIGIBLE[0] <= power <= _NEGLIGIBLE[1] else power


def renditions(
    image: PILImage.Image, power: float | None
) -> tuple[tuple[str, PILImage.Image], ...]:
    """`image` (RGB or RGBA) as viewers of both kinds show it, each with a name for the view."""
    if power is None:
        return (("", image),)
    ramp = np.rint(255 * (np.arange(256) / 255) ** power).astype(int).tolist()
    alpha = list(range(256)) if image.mode == "RGBA" else []
    return ("gamma applied", image.point(ramp * 3 + alpha)), ("gamma ignored", image)
