"""Whole scenes, each from one random generator: free, clean, violating or borderline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from cluejudge.scenes import plan
from cluejudge.scenes.backgrounds import random_background
from cluejudge.scenes.facts import Things
from cluejudge.scenes.layout import build_cluster, occluder, place
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Recipe, Scene, Sprite
from cluejudge.scenes.sprites import Sprites

TRIES = 400


class Intent(StrEnum):
    """What a scene is made for."""

    FREE = "free"
    CLEAN = "clean"
    VIOLATING = "violating"
    BORDERLINE = "borderline"


FOR_A_RULE = (Intent.VIOLATING, Intent.BORDERLINE)


def compose(
    intent: Intent,
    rng: np.random.Generator,
    sprites: Sprites,
    styles: Sequence[str],
    rule: SceneRule | None = None,
) -> Scene:
    """Draw up a scene of `intent`, all of it in pictograms of `styles`.

    A borderline scene misses exactly one group of `rule` and violates no rule at all; a clean
    one violates none; a violating one violates `rule` at least. Clean and free ones are made for
    no rule, whatever `rule` is. Raises `ValueError` where a rule is needed and absent.
    """
    if rule is None and intent in FOR_A_RULE:
        raise ValueError(f"a {intent} scene is made for a rule")
    for _ in range(TRIES):
        scene = _attempt(intent, rng, rule)
        if scene is not None:
            return dress(scene, rng, sprites, styles)
    raise RuntimeError(f"no {intent} scene for {rule.id if rule else 'any rule'} in {TRIES} tries")


def _attempt(intent: Intent, rng: np.random.Generator, rule: SceneRule | None) -> Scene | None:
    recipes, missed = _recipes(intent, rng, rule)
    arranged = place([build_cluster(recipe, rng) for recipe in recipes], rng)
    if arranged is None:
        return None
    sprites, things = arranged
    if rng.random() < 0.2 and (cover := occluder(sprites, len(things), rng)):
        sprites, things = (*sprites, cover[0]), (*things, cover[1])
    if not _as_meant(intent, things, rule, missed):
        return None
    return Scene(random_background(rng), sprites, things)


def _as_meant(intent: Intent, things: Things, rule: SceneRule | None, missed: int | None) -> bool:
    """Whether `things` are what the scene is made for: chance can add to what was planned."""
    if intent is Intent.FREE:
        return True
    if intent is Intent.VIOLATING:
        return rule is None or rule.violated(things)
    if any(other.violated(things) for other in RULES.values()):
        return False
    return intent is Intent.CLEAN or rule is None or rule.failing(things) == [missed]


def _recipes(
    intent: Intent, rng: np.random.Generator, rule: SceneRule | None
) -> tuple[list[Recipe], int | None]:
    if rule is None or intent not in FOR_A_RULE:
        return plan.free(rng), None
    missed = int(rng.integers(len(rule.chain))) if intent is Intent.BORDERLINE else None
    recipes, banned = plan.for_rule(rule, missed, rng)
    room = max(0, 6 - len(recipes))
    extra = int(rng.integers(0, min(room, 3) + 1))
    recipes += plan.clutter(extra, banned, rng, neutral=bool(rng.random() < 0.7))
    if intent is Intent.BORDERLINE and rng.random() < 0.3:
        recipes.append(Recipe(plan.pick(rng, plan.EXCEPTIONS)))
    return recipes, missed


def dress(scene: Scene, rng: np.random.Generator, sprites: Sprites, styles: Sequence[str]) -> Scene:
    """Choose a style and a drawing for every sprite; things of one kind may differ in drawing."""
    main = styles[int(rng.integers(len(styles)))]
    mixed = len(styles) > 1 and rng.random() < 0.35
    tiles: dict[tuple[int, str], tuple[str, int]] = {}
    dressed: list[Sprite] = []
    for sprite in scene.sprites:
        key = (sprite.thing, sprite.concept)
        if key not in tiles:
            style = styles[int(rng.integers(len(styles)))] if mixed else main
            if not sprites.has(style, sprite.concept):
                style = sprites.any_style(sprite.concept, styles)
            tiles[key] = style, sprites.pick(style, sprite.concept, rng)
        style, tile = tiles[key]
        dressed.append(replace(sprite, style=style, tile=tile))
    return replace(scene, sprites=tuple(dressed))
