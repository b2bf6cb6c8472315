"""Test scenes for the benchmarks: new seeds, never seen in training, 256 pixels wide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cluejudge.image import Picture
from cluejudge.scenes.check import compose_checked
from cluejudge.scenes.compose import Intent
from cluejudge.scenes.facts import Thing
from cluejudge.scenes.render import PixelBox, render
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import HELD_OUT_STYLE, TRAINED_STYLES

SIDE = 256
SPLITS = {"val": 77_000_000, "test": 99_000_000}


@dataclass(frozen=True, slots=True)
class TestScene:
    """A picture, what is in it, and where."""

    picture: Picture
    things: tuple[Thing, ...]
    boxes: tuple[PixelBox | None, ...]


def test_scenes(count: int, split: str, *, held_out: bool) -> Iterator[TestScene]:
    """Half of the scenes free, the others violating or borderline for each rule in turn."""
    styles = (HELD_OUT_STYLE,) if held_out else TRAINED_STYLES
    sprites = default_sprites()
    rules = tuple(RULES.values())
    for number in range(count):
        rng = np.random.default_rng([SPLITS[split], int(held_out), number])
        rule = rules[number // 4 % len(rules)]
        intent = (Intent.FREE, Intent.VIOLATING, Intent.FREE, Intent.BORDERLINE)[number % 4]
        scene = compose_checked(intent, rng, sprites, styles, rule)
        drawn = render(scene, SIDE, sprites)
        yield TestScene(Picture(np.asarray(drawn.image)), scene.things, drawn.boxes)
