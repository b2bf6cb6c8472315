from __future__ import annotations

import numpy as np
import pytest

from cluejudge.scenes.compose import Intent
from cluejudge.scenes.facts import Thing
from cluejudge.scenes.masks import masks_of
from cluejudge.scenes.render import render
from cluejudge.scenes.rules import SceneRule
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import default_sprites
from tests.scenes.samples import PLAIN, PURPOSES, checked, sprite


@pytest.mark.parametrize(("intent", "rule"), PURPOSES[::4])
@pytest.mark.parametrize("side", [64, 200])
def test_boxes_are_those_of_the_drawn_pixels(
    intent: Intent, rule: SceneRule | None, side: int
) -> None:
    scene = checked(intent, rule)
    painted = render(scene, side, default_sprites())
    assert painted.image.size == (side, side)
    assert painted.image.mode == "RGB"
    drawn = masks_of(scene, side, default_sprites()).drawn
    for mask, box in zip(drawn, painted.boxes, strict=True):
        assert box is not None
        assert 0 <= box[0] < box[2] <= side
        assert 0 <= box[1] < box[3] <= side
        rows, columns = np.nonzero(mask)
        assert box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_a_scene_is_painted_the_same_every_time() -> None:
    scene = checked(*PURPOSES[0])
    one, other = (render(scene, 96, default_sprites()).image.tobytes() for _ in range(2))
    assert one == other


def test_later_sprites_lie_on_top() -> None:
    ball, house = sprite("ball", 0.5, 0.5), sprite("house", 0.5, 0.5, thing=1)
    things = Thing("ball"), Thing("house")
    under = render(Scene(PLAIN, (house,), (things[1], things[1])), 100, default_sprites()).image
    both = render(Scene(PLAIN, (ball, house), things), 100, default_sprites()).image
    assert under.getpixel((50, 55)) == both.getpixel((50, 55))


def test_what_lies_outside_has_no_box() -> None:
    painted = render(Scene(PLAIN, (sprite("ball", 3, 3),), (Thing("ball"),)), 64, default_sprites())
    assert painted.boxes == (None,)
    assert np.asarray(painted.image).min() == 255
