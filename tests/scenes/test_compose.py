"""Labels are exact by construction: scenes are what they are made for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.scenes.compose import FOR_A_RULE, Intent, compose
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import HELD_OUT_STYLE, TRAINED_STYLES

SEEDS = st.integers(0, 2**32)
MISSED = {"rowdy-party": {0, 2}}
"""Where not every group can be missed: a baby and alcohol alone violate underage-alcohol."""
SCENE_RULES = st.sampled_from(tuple(RULES.values()))


def composed(
    intent: Intent,
    seed: int,
    rule: SceneRule | None = None,
    styles: tuple[str, ...] = TRAINED_STYLES,
) -> Scene:
    return compose(intent, np.random.default_rng(seed), default_sprites(), styles, rule)


def violated(scene: Scene) -> set[str]:
    return {rule.id for rule in RULES.values() if rule.violated(scene.things)}


@given(SEEDS, SCENE_RULES)
@settings(max_examples=60)
def test_a_violating_scene_violates_its_rule(seed: int, rule: SceneRule) -> None:
    assert rule.id in violated(composed(Intent.VIOLATING, seed, rule))


@given(SEEDS, SCENE_RULES)
@settings(max_examples=60)
def test_a_borderline_scene_misses_one_group_and_violates_nothing(
    seed: int, rule: SceneRule
) -> None:
    scene = composed(Intent.BORDERLINE, seed, rule)
    assert violated(scene) == set()
    assert len(rule.failing(scene.things)) == 1


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_group_that_can_be_missed_alone_is_missed_at_times(rule: SceneRule) -> None:
    missed = {rule.failing(composed(Intent.BORDERLINE, seed, rule).things)[0] for seed in range(40)}
    assert missed == MISSED.get(rule.id, set(range(len(rule.chain))))


@given(SEEDS)
@settings(max_examples=30)
def test_a_clean_scene_violates_nothing(seed: int) -> None:
    assert violated(composed(Intent.CLEAN, seed)) == set()


@given(SEEDS, st.sampled_from(Intent), SCENE_RULES)
@settings(max_examples=30)
def test_the_same_seed_gives_the_same_scene(seed: int, intent: Intent, rule: SceneRule) -> None:
    assert composed(intent, seed, rule) == composed(intent, seed, rule)


@given(SEEDS, st.sampled_from(Intent), SCENE_RULES)
@settings(max_examples=30)
def test_trained_styles_and_the_held_out_style_do_not_mix(
    seed: int, intent: Intent, rule: SceneRule
) -> None:
    trained = composed(intent, seed, rule)
    assert HELD_OUT_STYLE not in {sprite.style for sprite in trained.sprites}
    held_out = composed(intent, seed, rule, (HELD_OUT_STYLE,))
    assert {sprite.style for sprite in held_out.sprites} == {HELD_OUT_STYLE}


def test_every_sprite_of_a_thing_is_the_same_drawing() -> None:
    scene = next(
        scene
        for scene in (
            composed(Intent.VIOLATING, seed, RULES["burning-being"]) for seed in range(100)
        )
        if sum(sprite.concept == "fire" for sprite in scene.sprites) > 1
    )
    flames = [s for s in scene.sprites if s.concept == "fire"]
    tiles = {(s.thing, s.style, s.tile) for s in flames}
    assert len(tiles) == len({s.thing for s in flames})


@pytest.mark.parametrize("intent", FOR_A_RULE)
def test_scenes_that_are_made_for_a_rule_need_one(intent: Intent) -> None:
    with pytest.raises(ValueError, match="is made for a rule"):
        composed(intent, 0)
