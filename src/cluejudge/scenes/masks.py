"""Which pixels of a rendered scene belong to which thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cluejudge.scenes.render import VISIBLE_ALPHA, stamps
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import Sprites


@dataclass(frozen=True, slots=True)
class Masks:
    """Masks of the things of a scene, each bool [things, side, side].

    `drawn` has every pixel that a thing is drawn on, `seen` those that no other thing covers;
    `beyond` [things] counts the pixels that fall outside the frame.
    """

    drawn: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    beyond: NDArray[np.int64]

    def shown(self, thing: int) -> float:
        """The share of a thing that can be seen, 0..1."""
        whole = int(self.drawn[thing].sum()) + int(self.beyond[thing])
        return int(self.seen[thing].sum()) / max(1, whole)

    def overlap(self, one: int, other: int) -> float:
        """The pixels that two things share, as a share of the smaller of them, 0..1."""
        both = int((self.drawn[one] & self.drawn[other]).sum())
        return both / max(1, min(int(self.drawn[one].sum()), int(self.drawn[other].sum())))


def masks_of(scene: Scene, side: int, sprites: Sprites) -> Masks:
    """The masks of `scene` as it is painted on `side` x `side` pixels."""
    margin = side // 2
    wide = 2 * margin + side
    drawn = np.zeros((len(scene.things), wide, wide), np.bool_)
    owner = np.full((wide, wide), -1, np.int16)
    for sprite, stamp, left, top in stamps(scene, side, sprites):
        opaque = np.asarray(stamp.getchannel("A")) > VISIBLE_ALPHA
        height, width = opaque.shape
        rows = slice(top + margin, top + margin + height)
        columns = slice(left + margin, left + margin + width)
        drawn[sprite.thing, rows, columns] |= opaque
        owner[rows, columns][opaque] = sprite.thing
    inner = slice(margin, margin + side)
    frame = drawn[:, inner, inner]
    things = np.arange(len(scene.things))[:, None, None]
    return Masks(
        drawn=frame,
        seen=owner[inner, inner] == things,
        beyond=drawn.sum(axis=(1, 2)) - frame.sum(axis=(1, 2)),
    )
