"""What is true of one scene, as a value and as a line of `labels.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from cluejudge.scenes.compose import Intent
from cluejudge.scenes.facts import Literal, Not, Things
from cluejudge.scenes.render import PixelBox
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.spec import Scene

MIXED = "mixed"
"""The style of a scene that has drawings of more than one."""


@dataclass(frozen=True, slots=True)
class AtomLabel:
    """Whether an atom's content is true, and whether the atom holds: negated, it is the reverse."""

    content: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class ObjectLabel:
    """One thing: `touches` are places in the list of objects, `box` is left, top, right, bottom.

    A box is in pixels, right and bottom are outside it, and it holds every pixel of the thing,
    covered ones too. Fire and blood are things of their own, beside the state that they show.
    """

    concept: str
    states: tuple[str, ...]
    touches: tuple[int, ...]
    style: str
    box: PixelBox


@dataclass(frozen=True, slots=True)
class SceneLabel:
    """The truth of one image.

    `rule` is the rule it was made for, if any; `missed` the one group of that rule, from 0, that
    does not hold in a borderline scene. `atoms` has every atom of every rule, by the rule's id and
    the atom's text in the `pictogram` constitution.
    """

    image: str
    split: str
    seed: int
    index: int
    intent: Intent
    rule: str | None
    missed: int | None
    style: str
    violated: tuple[str, ...]
    atoms: Mapping[str, Mapping[str, AtomLabel]]
    objects: tuple[ObjectLabel, ...]

    def to_json(self) -> str:
        """The label on one line."""
        return json.dumps(asdict(self))


def atoms_of(things: Things) -> dict[str, dict[str, AtomLabel]]:
    """The truth of every atom of every rule."""
    return {
        rule.id: dict(_atom(literal, things) for group in rule.chain for literal in group)
        for rule in RULES.values()
    }


def _atom(literal: Literal, things: Things) -> tuple[str, AtomLabel]:
    fact = literal.fact if isinstance(literal, Not) else literal
    return fact.phrases[0], AtomLabel(fact.holds(things), literal.holds(things))


def objects_of(scene: Scene, boxes: Sequence[PixelBox | None]) -> tuple[ObjectLabel, ...]:
    """The things of a scene with their pixel boxes; ValueError for one that is out of sight."""
    styles = {sprite.thing: sprite.style for sprite in scene.sprites}
    found: list[ObjectLabel] = []
    for index, (thing, box) in enumerate(zip(scene.things, boxes, strict=True)):
        if box is None:
            raise ValueError(f"{thing.concept} {index} lies outside the image")
        states, touches = tuple(sorted(thing.states)), tuple(sorted(thing.touches))
        found.append(ObjectLabel(thing.concept, states, touches, styles[index], box))
    return tuple(found)


def style_of(scene: Scene) -> str:
    """The style that every pictogram of a scene has, or `MIXED`."""
    styles = {sprite.style for sprite in scene.sprites}
    return styles.pop() if len(styles) == 1 else MIXED


def missed_group(rule: SceneRule | None, things: Things) -> int | None:
    """The only group of `rule` that does not hold; None if there is no such one."""
    failing = rule.failing(things) if rule else []
    return failing[0] if len(failing) == 1 else None
