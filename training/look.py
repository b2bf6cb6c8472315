"""Ways of drawing that no trained style has, so that no style is all there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as PILImage
from PIL import ImageChops, ImageEnhance, ImageFilter, ImageOps

DRAWN = 0.4
"""Share of scenes redrawn in flat colours with dark lines, as no trained style is."""


@dataclass(frozen=True, slots=True)
class Look:
    """A way of drawing that no trained style has: outlined, flat, pale or recoloured."""

    outline: int = 0
    lines: bool = False
    hues: int = 0
    paleness: float = 0.0
    levels: int = 8
    colour: float = 1.0

    @staticmethod
    def random(rng: np.random.Generator) -> Look:
        """One drawn at random."""
        drawn = rng.random() < DRAWN
        return Look(
            outline=3 if drawn or rng.random() < 0.15 else 0,
            lines=bool(drawn and rng.random() < 0.75),
            hues=int(rng.integers(3, 7)) if drawn and rng.random() < 0.75 else 0,
            paleness=float(rng.uniform(0.2, 0.7)) if rng.random() < 0.12 else 0.0,
            levels=int(rng.integers(2, 5)) if rng.random() < 0.12 else 8,
            colour=float(rng.uniform(0.0, 1.8)) if rng.random() < 0.3 else 1.0,
        )

    def apply(self, stamp: PILImage.Image) -> PILImage.Image:
        """A stamp redrawn in this way."""
        alpha = stamp.getchannel("A")
        body = stamp.convert("RGB")
        if self.colour != 1.0:
            body = ImageEnhance.Color(body).enhance(self.colour)
        if self.hues:
            body = body.quantize(self.hues, dither=PILImage.Dither.NONE).convert("RGB")
        if self.levels < 8:
            body = ImageOps.posterize(body, self.levels)
        if self.paleness:
            body = PILImage.blend(body, PILImage.new("RGB", body.size, "white"), self.paleness)
        if self.lines and min(stamp.size) > 8:
            inner = body.convert("L").filter(ImageFilter.FIND_EDGES)
            body.paste(
                (15, 15, 15), (0, 0), inner.point([255 if v > 40 else 0 for v in range(256)])
            )
        if self.outline and min(stamp.size) > 8:
            edge = ImageChops.subtract(alpha, alpha.filter(ImageFilter.MinFilter(self.outline)))
            body.paste((15, 15, 15), (0, 0), edge)
        body.putalpha(alpha)
        return body
