"""Which frames of an animation or pages of a document are judged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

_SIDE = 32

Gaps = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What is remembered of a frame: a digest of what it shows, and a small copy.

    `thumb` is uint8 [side * side * 4]: colour, multiplied by opacity, and opacity.
    """

    digest: bytes
    thumb: NDArray[np.uint8]


def glimpse(image: PILImage.Image) -> Glimpse:
    """The glimpse of a frame in mode RGB or RGBA; what is fully transparent does not count."""
    shown = image.convert("RGBa") if image.mode == "RGBA" else image
    digest = hashlib.sha256(f"{shown.mode}{shown.size}".encode())
    digest.update(shown.tobytes())
    small = np.asarray(shown.resize((_SIDE, _SIDE), PILImage.Resampling.BOX))
    if small.shape[2] == 3:
        small = np.pad(small, ((0, 0), (0, 0), (0, 1)), constant_values=255)
    return Glimpse(digest.digest(), small.reshape(-1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Indices of the frames to judge, ascending: at even distances, and strange ones between."""

    regular: tuple[int, ...]
    strange: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        """Every one of them, ascending."""
        return tuple(sorted((*self.regular, *self.strange)))


def choose(glimpses: Sequence[Glimpse], count: int) -> Chosen:
    """At most `count` (2 or more) frames to judge; frame 0 is among them.

    Of equal frames only the first counts. If more than `count` are left, half of the choice is
    spread evenly from the first to the last. One is the frame that is least like both of its
    neighbours: a flash. Each of the rest is the frame that is least like all that are chosen
    already (farthest-point sampling): what lasts longer but is seen nowhere else.
    """
    different = _first_of_each(glimpses)
    if len(different) <= count:
        return Chosen(different)
    thumbs = np.stack([glimpses[index].thumb for index in different])
    even = np.linspace(0, len(different) - 1, max(2, (count + 1) // 2))
    regular = [int(place) for place in np.rint(even)]
    chosen = list(regular)
    if len(chosen) < count:
        chosen.append(_best(flashes(thumbs), chosen))
    nearest = np.full(len(different), np.inf)
    for place in chosen:
        nearest = np.minimum(nearest, gap(thumbs, thumbs[place]))
    while len(chosen) < count:
        chosen.append(_best(nearest, chosen))
        nearest = np.minimum(nearest, gap(thumbs, thumbs[chosen[-1]]))
    strange = sorted(chosen[len(regular) :])
    return Chosen(*(tuple(different[place] for place in places) for places in (regular, strange)))


def _first_of_each(glimpses: Sequence[Glimpse]) -> tuple[int, ...]:
    first: dict[bytes, int] = {}
    for index, seen in enumerate(glimpses):
        first.setdefault(seen.digest, index)
    return tuple(first.values())


def _best(scores: Gaps, chosen: Sequence[int]) -> int:
    """The place of the highest score that is not chosen yet."""
    open_scores = scores.copy()
    open_scores[list(chosen)] = -1.0
    return int(np.argmax(open_scores))


def flashes(thumbs: NDArray[np.uint8]) -> Gaps:
    """How unlike both of its neighbours each frame is; the ends have one neighbour, and count 0."""
    if len(thumbs) < 3:
        return np.zeros(len(thumbs))
    steps = gap(thumbs[1:], thumbs[:-1])
    return np.pad(np.minimum(steps[:-1], steps[1:]), 1)


def gap(thumbs: NDArray[np.uint8], others: NDArray[np.uint8]) -> Gaps:
    """How unlike small copies are, in [0, 510]; uint8 [n, values], and `others` the same or one.

    The largest difference finds what is small and strange, the mean what is strange all over.
    """
    apart = np.maximum(thumbs, others) - np.minimum(thumbs, others)
    return np.asarray(apart.max(axis=1) + apart.mean(axis=1))
