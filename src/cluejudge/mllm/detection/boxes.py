"""From boxes as models tell them to boxes in a picture's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cluejudge.image import Box, Picture

Floats = NDArray[np.float32]

SAME = 0.5
"""Intersection over union from which two boxes of a word are of one object."""

MOST = 20
"""Boxes of a word in one picture."""

_LOOKED_AT = 200  # boxes of a word that are compared with each other


@dataclass(frozen=True, eq=False, slots=True)
class Sight:
    """What a detector saw in one picture.

    `boxes` float32 [n, 4] are centre x, centre y, width and height as shares of `frame`, the width
    and height in the picture's pixels of what the model looked at, from the picture's upper left
    corner on; it is larger than the picture where that was padded. `scores` float32 [n, words] in
    [0, 1] are how sure the model is that a box shows a word.
    """

    frame: tuple[float, float]
    boxes: Floats
    scores: Floats
    words: tuple[str, ...]

    def found(self, word: str, picture: Picture, floor: float) -> list[tuple[Box, float]]:
        """The boxes of a word with their scores, from `floor` on, the surest first.

        They are cut to the picture, and those of which less than half a pixel is left are dropped.
        Of boxes that overlap by `SAME` or more only the surest is kept.
        """
        scores = self.scores[:, self.words.index(word)]
        surest = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
        surest = surest[scores[surest] >= floor]
        corners = self._corners(self.boxes[surest], picture)
        kept = _distinct(corners)[:MOST]
        return [(Box(*map(int, corners[row])), float(scores[surest[row]])) for row in kept]

    def _corners(self, boxes: Floats, picture: Picture) -> NDArray[np.int64]:
        """Left, top, right and bottom in whole pixels, within the picture."""
        exact = boxes.astype(np.float64) * np.array([*self.frame, *self.frame])
        halves = exact[:, 2:] / 2
        corners = np.rint(np.hstack([exact[:, :2] - halves, exact[:, :2] + halves]))
        sides = np.array([picture.width, picture.height] * 2)
        return np.asarray(np.clip(corners, 0, sides), np.int64)


def _distinct(corners: NDArray[np.int64]) -> list[int]:
    """Rows of boxes with an area, in their order, each unlike all that are kept before it."""
    areas = np.clip(corners[:, 2:] - corners[:, :2], 0, None).prod(axis=1)
    low = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    high = np.maximum(corners[:, None, :2], corners[None, :, :2])
    shared = np.clip(low - high, 0, None).prod(axis=2)
    same = shared >= SAME * (areas[:, None] + areas[None, :] - shared)
    kept: list[int] = []
    for row in map(int, np.flatnonzero(areas)):
        if not same[row, kept].any():
            kept.append(row)
    return kept
