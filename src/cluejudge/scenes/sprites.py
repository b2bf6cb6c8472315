"""The pictograms that ship with the package: one atlas of RGBA tiles for each style."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from PIL import Image as PILImage


class Sprites:
    """All atlases, opened as they are needed."""

    def __init__(self) -> None:
        self._root = files("cluejudge.scenes") / "sprites"
        index = json.loads((self._root / "index.json").read_text("utf-8"))
        self._tile: int = index["tile"]
        self._columns: int = index["columns"]
        self._styles: dict[str, dict[str, list[int]]] = index["styles"]
        self._atlases: dict[str, PILImage.Image] = {}
        self._cut: dict[tuple[str, int], PILImage.Image] = {}

    def has(self, style: str, concept: str) -> bool:
        """Whether `style` draws `concept`."""
        return bool(self._styles[style].get(concept))

    def any_style(self, concept: str, styles: Sequence[str]) -> str:
        """The first of `styles` that draws `concept`, else any style that does."""
        for style in (*styles, *sorted(self._styles)):
            if self.has(style, concept):
                return style
        raise KeyError(f"no style draws {concept!r}")

    def pick(self, style: str, concept: str, rng: np.random.Generator) -> int:
        """The number of a random tile of `concept`."""
        numbers = self._styles[style][concept]
        return numbers[int(rng.integers(len(numbers)))]

    def tiles(self, style: str, concept: str) -> tuple[int, ...]:
        """The numbers of all tiles of `concept`."""
        return tuple(self._styles[style].get(concept, ()))

    def tile(self, style: str, number: int) -> PILImage.Image:
        """One tile, RGBA with premultiplied alpha ("RGBa"), so that scaling leaves no halo."""
        key = style, number
        if key not in self._cut:
            side, row, column = self._tile, *divmod(number, self._columns)
            box = (column * side, row * side, (column + 1) * side, (row + 1) * side)
            self._cut[key] = self._atlas(style).crop(box).convert("RGBa")
        return self._cut[key]

    def _atlas(self, style: str) -> PILImage.Image:
        if style not in self._atlases:
            with (self._root / f"{style}.webp").open("rb") as file:
                self._atlases[style] = PILImage.open(file).convert("RGBA")
        return self._atlases[style]


@cache
def default_sprites() -> Sprites:
    """The sprites of this package, opened once."""
    return Sprites()
