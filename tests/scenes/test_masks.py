from __future__ import annotations

import numpy as np
import pytest

from cluejudge.scenes.facts import Thing
from cluejudge.scenes.masks import masks_of
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import default_sprites
from tests.scenes.samples import PLAIN, sprite

PAIR = Thing("ball"), Thing("ball")


def test_what_lies_on_top_covers_what_is_below() -> None:
    sprites = sprite("ball", 0.5, 0.5), sprite("ball", 0.5, 0.5, size=0.2, thing=1)
    masks = masks_of(Scene(PLAIN, sprites, PAIR), 100, default_sprites())
    assert masks.shown(1) == 1
    assert masks.shown(0) == pytest.approx(0.75, abs=0.05)
    assert masks.overlap(0, 1) == 1
    assert not (masks.seen[0] & masks.seen[1]).any()


def test_what_is_beyond_the_frame_is_not_shown() -> None:
    masks = masks_of(Scene(PLAIN, (sprite("ball", 0.0, 0.5),), PAIR[:1]), 100, default_sprites())
    assert masks.shown(0) == pytest.approx(0.5, abs=0.05)
    assert masks.beyond[0] > 0


def test_masks_are_where_the_pixels_are() -> None:
    drawn = masks_of(Scene(PLAIN, (sprite("ball", 0.3, 0.6),), PAIR[:1]), 100, default_sprites())
    rows, columns = np.nonzero(drawn.drawn[0])
    assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(60, abs=1)
    assert (columns.min() + columns.max() + 1) / 2 == pytest.approx(30, abs=1)
