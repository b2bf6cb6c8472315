"""Scenes show what is said of them, by their pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PIL.ImageFilter import MaxFilter

from cluejudge.scenes.check import CONTACTS, MIN_GAP, MIN_SHOWN, SIDE, compose_checked, faults
from cluejudge.scenes.compose import Intent, compose
from cluejudge.scenes.facts import Thing
from cluejudge.scenes.masks import Masks, masks_of
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import TERMS, TRAINED_STYLES
from tests.scenes.samples import PLAIN, PURPOSES, checked, sprite

EACH = pytest.mark.parametrize(("intent", "rule"), PURPOSES)
TOUCHING = Thing("knife", touches=frozenset({0}))


def seen(scene: Scene) -> Masks:
    return masks_of(scene, SIDE, default_sprites())


def told(scene: Scene) -> str:
    return "; ".join(faults(scene, default_sprites()))


@EACH
@pytest.mark.parametrize("seed", [0, 1])
def test_checked_scenes_show_what_they_say(
    intent: Intent, rule: SceneRule | None, seed: int
) -> None:
    scene = checked(intent, rule, seed)
    masks = seen(scene)
    for index, thing in enumerate(scene.things):
        assert masks.shown(index) >= MIN_SHOWN
        for other in thing.touches:
            assert (masks.drawn[index] & masks.drawn[other]).any()
    for held, host in CONTACTS:
        for one, other in not_said_to_touch(scene, held, host):
            assert gap(masks, one, other) > MIN_GAP


def not_said_to_touch(scene: Scene, held: str, host: str) -> list[tuple[int, int]]:
    held_ones, hosts = (
        [i for i, thing in enumerate(scene.things) if thing.concept in TERMS[term].members]
        for term in (held, host)
    )
    return [(a, b) for a in held_ones for b in hosts if b not in scene.things[a].touches]


def gap(masks: Masks, one: int, other: int) -> int:
    """The pixels by which `one` has to grow, in any direction, to meet `other`."""
    mask = Image.fromarray(masks.drawn[one]).convert("L")
    for grown in range(1, 10):
        mask = mask.filter(MaxFilter(3))
        if (np.asarray(mask, np.bool_) & masks.drawn[other]).any():
            return grown
    return 10


def test_a_thing_held_out_beside_its_host_is_a_fault() -> None:
    drawn = sprite("man", 0.3, 0.5), sprite("knife", 0.35, 0.5, size=0.2, thing=1)
    there = Scene(PLAIN, drawn, (Thing("man"), TOUCHING))
    assert told(there) == ""
    apart = replace(there, sprites=(there.sprites[0], replace(there.sprites[1], x=0.8)))
    assert told(apart) == "knife 1 misses man 0"


@pytest.mark.parametrize(("x", "fault"), [(0.3, True), (0.85, False)])
def test_contact_that_is_not_told_is_a_fault(x: float, fault: bool) -> None:
    drawn = sprite("man", 0.3, 0.5), sprite("knife", x, 0.5, size=0.2, thing=1)
    scene = Scene(PLAIN, drawn, (Thing("man"), Thing("knife")))
    assert ("knife 1 all but touches man 0" in told(scene)) is fault


def test_flames_that_hide_a_man_are_a_fault() -> None:
    burning = Thing("man", frozenset({"on_fire"}))
    for size, fault in ((0.2, ""), (0.7, "of man 0 can be seen")):
        flame = sprite("fire", 0.5, 0.5, size=size, thing=1)
        scene = Scene(PLAIN, (sprite("man", 0.5, 0.5, size=0.3), flame), (burning, Thing("fire")))
        assert fault in told(scene)
        assert bool(told(scene)) is bool(fault)


def test_blood_that_falls_beside_a_dog_is_a_fault() -> None:
    hurt = Thing("dog", frozenset({"bleeding"}))
    drop = sprite("blood", 0.85, 0.85, size=0.2, thing=1)
    scene = Scene(PLAIN, (sprite("dog", 0.3, 0.3), drop), (hurt, Thing("blood")))
    assert told(scene) == "blood 1 misses dog 0"


def test_a_thing_beyond_the_frame_is_a_fault() -> None:
    scene = Scene(PLAIN, (sprite("ball", 1.1, 0.5),), (Thing("ball"),))
    assert "of ball 0 can be seen" in told(scene)


def test_a_scene_with_faults_is_drawn_again() -> None:
    sprites, rule = default_sprites(), RULES["drink-driving"]

    def at(seed: int) -> np.random.Generator:
        return np.random.default_rng([seed, 9])

    faulty = next(
        seed
        for seed in range(200)
        if told(compose(Intent.VIOLATING, at(seed), sprites, TRAINED_STYLES, rule))
    )
    scene = compose_checked(Intent.VIOLATING, at(faulty), sprites, TRAINED_STYLES, rule)
    assert told(scene) == ""
    assert rule.violated(scene.things)
