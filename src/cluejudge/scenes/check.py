"""Whether a painted scene shows what is said of it.

The layout makes contact, states and gaps from the squares of the pictograms, but drawings do not
fill their squares: now and then a thing held out beside a slim figure misses it by a few pixels,
or flames hide most of a tree. Such scenes are told apart here by their pixels, and drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageFilter

from cluejudge.scenes.compose import TRIES, Intent, compose
from cluejudge.scenes.facts import Thing, Touch
from cluejudge.scenes.masks import Masks, masks_of
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.sprites import Sprites
from cluejudge.scenes.world import SIGNS, TERMS

SIDE = 128
"""Pixels at which scenes are checked, whatever they are painted at, so that both agree."""
MIN_SHOWN = 0.35
"""The share of a thing that must be seen: not covered, and within the frame."""
MIN_OVERLAP = 0.02
"""Of two that touch, and of a sign and what it marks: shared pixels over those of the smaller."""
MIN_GAP = 3
"""Pixels between two that a rule could say touch, and that do not."""

CONTACTS: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys(
        (literal.term, literal.host)
        for rule in RULES.values()
        for group in rule.chain
        for literal in group
        if isinstance(literal, Touch)
    )
)
"""The pairs of terms that rules speak of as touching."""


def compose_checked(
    intent: Intent,
    rng: np.random.Generator,
    sprites: Sprites,
    styles: Sequence[str],
    rule: SceneRule | None = None,
) -> Scene:
    """A scene as `compose` makes it, without faults."""
    for _ in range(TRIES):
        scene = compose(intent, rng, sprites, styles, rule)
        if next(faults(scene, sprites), None) is None:
            return scene
    raise RuntimeError(f"no {intent} scene without faults in {TRIES} tries")


def faults(scene: Scene, sprites: Sprites) -> Iterator[str]:
    """What is said of `scene` and can not be seen, or the other way round, in words."""
    masks = masks_of(scene, SIDE, sprites)
    yield from _hidden(scene.things, masks)
    yield from _apart(scene.things, masks)
    yield from _close(scene.things, masks)


def _hidden(things: Sequence[Thing], masks: Masks) -> Iterator[str]:
    for index, thing in enumerate(things):
        shown = masks.shown(index)
        if shown < MIN_SHOWN:
            yield f"only {shown:.0%} of {thing.concept} {index} can be seen"


def _apart(things: Sequence[Thing], masks: Masks) -> Iterator[str]:
    for one, other in (*_touching(things), *_signs(things)):
        if masks.overlap(one, other) < MIN_OVERLAP:
            yield f"{things[one].concept} {one} misses {things[other].concept} {other}"


def _touching(things: Sequence[Thing]) -> Iterator[tuple[int, int]]:
    for index, thing in enumerate(things):
        yield from ((index, other) for other in sorted(thing.touches))


def _signs(things: Sequence[Thing]) -> Iterator[tuple[int, int]]:
    """Each flame or drop with what it marks: the first of its kind that comes after it."""
    for index, thing in enumerate(things):
        for state in thing.states - {"in_bed"}:
            rest = range(index + 1, len(things))
            yield next(k for k in rest if things[k].concept == SIGNS[state]), index


def _close(things: Sequence[Thing], masks: Masks) -> Iterator[str]:
    for one, other in _untold(things):
        if (_grown(masks.drawn[one]) & masks.drawn[other]).any():
            yield f"{things[one].concept} {one} all but touches {things[other].concept} {other}"


def _untold(things: Sequence[Thing]) -> Iterator[tuple[int, int]]:
    """The pairs that a rule could say touch, and that are not said to."""
    for held, host in CONTACTS:
        for one, thing in enumerate(things):
            for other, there in enumerate(things):
                named = (
                    thing.concept in TERMS[held].members and there.concept in TERMS[host].members
                )
                if named and other not in thing.touches:
                    yield one, other


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = ImageFilter.MaxFilter(2 * MIN_GAP + 1)
    return np.asarray(PILImage.fromarray(mask).convert("L").filter(wide)) > 0
