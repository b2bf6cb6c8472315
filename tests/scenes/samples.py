"""Scenes to look at, drawn once for all tests."""

from __future__ import annotations

from functools import cache

import numpy as np

from cluejudge.scenes.check import compose_checked
from cluejudge.scenes.compose import FOR_A_RULE, Intent
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Background, Scene, Sprite
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import HELD_OUT_STYLE, TRAINED_STYLES

PLAIN = Background("plain", ((255, 255, 255), (0, 0, 0)), 0)
PURPOSES: tuple[tuple[Intent, SceneRule | None], ...] = (
    *((intent, rule) for rule in RULES.values() for intent in FOR_A_RULE),
    (Intent.CLEAN, None),
    (Intent.FREE, None),
)


@cache
def checked(intent: Intent, rule: SceneRule | None, seed: int = 0) -> Scene:
    """A checked scene; even seeds take the trained styles, odd ones the held-out style."""
    number = PURPOSES.index((intent, rule))
    rng = np.random.default_rng([seed, number])
    styles = (HELD_OUT_STYLE,) if seed % 2 else TRAINED_STYLES
    return compose_checked(intent, rng, default_sprites(), styles, rule)


def sprite(concept: str, x: float, y: float, *, size: float = 0.4, thing: int = 0) -> Sprite:
    """An upright pictogram in one of the trained styles."""
    style = TRAINED_STYLES[0]
    tile = default_sprites().tiles(style, concept)[0]
    return Sprite(concept, x, y, size, 0.0, False, thing, style, tile)
