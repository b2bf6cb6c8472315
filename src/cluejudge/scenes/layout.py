"""From recipes to places: each recipe becomes a cluster; clusters never touch each other.

So contact is true by construction: things of one cluster that are said to touch overlap by a
quarter or more of the smaller one, and things of different clusters keep `GAP` between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cluejudge.scenes.facts import Thing
from cluejudge.scenes.spec import Recipe, Sprite
from cluejudge.scenes.world import CLUTTER

GAP = 0.035
MIN_HOST, MAX_HOST = 0.19, 0.45
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Sprites around the origin, where the host's side is 1, and their things."""

    sprites: tuple[Sprite, ...]
    things: tuple[Thing, ...]

    @property
    def box(self) -> Box:
        """Left, top, right, bottom in host sides."""
        reach = [(s, s.size * _swell(s.angle) / 2) for s in self.sprites]
        return (
            min(s.x - r for s, r in reach),
            min(s.y - r for s, r in reach),
            max(s.x + r for s, r in reach),
            max(s.y + r for s, r in reach),
        )


def _swell(angle: float) -> float:
    """How much wider the box of a rotated square is; corners of pictograms are mostly empty."""
    turn = math.radians(angle)
    return 0.4 + 0.6 * (abs(math.cos(turn)) + abs(math.sin(turn)))


def _sprite(
    rng: np.random.Generator, concept: str, x: float, y: float, *, size: float, thing: int
) -> Sprite:
    wide = rng.random() < 0.12
    angle = float(rng.uniform(-50, 50) if wide else rng.normal(0, 9))
    return Sprite(concept, x, y, size, angle, bool(rng.random() < 0.5), thing)


def build_cluster(recipe: Recipe, rng: np.random.Generator) -> Cluster:
    """Arrange the sprites of one recipe."""
    if "in_bed" in recipe.states:
        return _bed(recipe, rng)
    sprites = [_sprite(rng, recipe.concept, 0.0, 0.0, size=1.0, thing=0)]
    things = [Thing(recipe.concept, recipe.states)]
    if "on_fire" in recipe.states:
        sprites += _flames(rng, len(things))
        things.append(Thing("fire"))
    if "bleeding" in recipe.states:
        sprites += _drops(rng, len(things))
        things.append(Thing("blood"))
    side = 1 if rng.random() < 0.5 else -1
    for held in recipe.holds:
        size = float(rng.uniform(0.6, 0.95))
        x = side * (0.5 + size / 2) * float(rng.uniform(0.62, 0.74))
        y = float(rng.uniform(-0.2, 0.3))
        sprites.append(_sprite(rng, held, x, y, size=size, thing=len(things)))
        things.append(Thing(held, touches=frozenset({0})))
        side = -side
    return Cluster(tuple(sprites), tuple(things))


def _flames(rng: np.random.Generator, thing: int) -> list[Sprite]:
    count = int(rng.integers(1, 4))
    spots = [(0.0,), (-0.25, 0.25), (-0.33, 0.0, 0.33)][count - 1]
    base = (0.85, 0.62, 0.5)[count - 1]
    return [
        Sprite(
            "fire",
            spot + float(rng.normal(0, 0.05)),
            float(rng.uniform(0.1, 0.3)),
            base * float(rng.uniform(0.85, 1.15)),
            float(rng.normal(0, 7)),
            bool(rng.random() < 0.5),
            thing,
        )
        for spot in spots
    ]


def _drops(rng: np.random.Generator, thing: int) -> list[Sprite]:
    count = int(rng.integers(2, 5))
    turn = rng.uniform(0, 2 * math.pi)
    return [
        Sprite(
            "blood",
            0.26 * math.cos(turn + 2 * math.pi * n / count) + float(rng.normal(0, 0.04)),
            0.08 + 0.26 * math.sin(turn + 2 * math.pi * n / count) + float(rng.normal(0, 0.04)),
            float(rng.uniform(0.28, 0.42)),
            float(rng.normal(0, 15)),
            False,
            thing,
        )
        for n in range(count)
    ]


def _bed(recipe: Recipe, rng: np.random.Generator) -> Cluster:
    """One or two on top of a bed, overlapping its mattress."""
    sleepers = (recipe.concept, *recipe.bedmates)
    bed = 1.5 if len(sleepers) == 1 else 1.85
    sprites = [Sprite("bed", 0.0, 0.25, bed, float(rng.normal(0, 4)), bool(rng.random() < 0.5), 0)]
    things = [Thing("bed")]
    for index, sleeper in enumerate(sleepers):
        shift = (index - (len(sleepers) - 1) / 2) * 0.78
        x = shift + float(rng.normal(0, 0.06))
        y = float(rng.uniform(-0.12, 0.1))
        size = float(rng.uniform(0.75, 0.95))
        sprites.append(_sprite(rng, sleeper, x, y, size=size, thing=len(things)))
        states = recipe.states if index == 0 else frozenset({"in_bed"})
        things.append(Thing(sleeper, states, frozenset({0})))
    if "bleeding" in recipe.states:
        x, y = sprites[1].x, sprites[1].y
        drops = _drops(rng, len(things))
        sprites += [
            replace(d, x=d.x * 0.85 + x, y=d.y * 0.85 + y, size=d.size * 0.9) for d in drops
        ]
        things.append(Thing("blood"))
    return Cluster(tuple(sprites), tuple(things))


def _apart(box: Box, others: Sequence[Box], gap: float) -> bool:
    return all(
        box[0] > o[2] + gap or box[2] < o[0] - gap or box[1] > o[3] + gap or box[3] < o[1] - gap
        for o in others
    )


def place(
    clusters: Sequence[Cluster], rng: np.random.Generator
) -> tuple[tuple[Sprite, ...], tuple[Thing, ...]] | None:
    """Give every cluster a size and a free place; None where they do not fit."""
    crowd = len(clusters)
    biggest = min(MAX_HOST, 0.74 / math.sqrt(crowd + 0.5))
    order = sorted(range(crowd), key=lambda i: -_extent(clusters[i]))
    boxes: list[Box] = []
    placed: dict[int, tuple[float, float, float]] = {}
    for index in order:
        spot = _spot(clusters[index], boxes, biggest, rng)
        if spot is None:
            return None
        placed[index] = spot
        boxes.append(_moved(clusters[index].box, spot))
    return _gather(clusters, placed)


def _extent(cluster: Cluster) -> float:
    left, top, right, bottom = cluster.box
    return (right - left) * (bottom - top)


def _moved(box: Box, spot: tuple[float, float, float]) -> Box:
    x, y, scale = spot
    return (box[0] * scale + x, box[1] * scale + y, box[2] * scale + x, box[3] * scale + y)


def _spot(
    cluster: Cluster, boxes: Sequence[Box], biggest: float, rng: np.random.Generator
) -> tuple[float, float, float] | None:
    left, top, right, bottom = cluster.box
    for attempt in range(60):
        top_size = max(MIN_HOST, biggest * (1 - attempt / 90))
        scale = float(rng.uniform(max(MIN_HOST, 0.6 * top_size), top_size))
        width, height = (right - left) * scale, (bottom - top) * scale
        if width >= 1 or height >= 1:
            continue
        x = float(rng.uniform(0, 1 - width)) - left * scale
        y = float(rng.uniform(0, 1 - height)) - top * scale
        if _apart(_moved(cluster.box, (x, y, scale)), boxes, GAP):
            return x, y, scale
    return None


def _gather(
    clusters: Sequence[Cluster], placed: dict[int, tuple[float, float, float]]
) -> tuple[tuple[Sprite, ...], tuple[Thing, ...]]:
    sprites: list[Sprite] = []
    things: list[Thing] = []
    for index, cluster in enumerate(clusters):
        x, y, scale = placed[index]
        base = len(things)
        for s in cluster.sprites:
            sprites.append(
                replace(
                    s,
                    x=s.x * scale + x,
                    y=s.y * scale + y,
                    size=s.size * scale,
                    thing=s.thing + base,
                )
            )
        for thing in cluster.things:
            things.append(replace(thing, touches=frozenset(t + base for t in thing.touches)))
    return tuple(sprites), tuple(things)


def occluder(
    sprites: Sequence[Sprite], thing: int, rng: np.random.Generator
) -> tuple[Sprite, Thing] | None:
    """A small piece of clutter over the edge of some sprite, covering about a fifth of it."""
    large = [s for s in sprites if s.size > 0.2 and s.concept not in ("fire", "blood")]
    if not large:
        return None
    host = large[int(rng.integers(len(large)))]
    concept = CLUTTER[int(rng.integers(len(CLUTTER)))]
    turn = rng.uniform(0, 2 * math.pi)
    x = host.x + 0.52 * host.size * math.cos(turn)
    y = host.y + 0.52 * host.size * math.sin(turn)
    if not (0.06 < x < 0.94 and 0.06 < y < 0.94):
        return None
    size = float(rng.uniform(0.11, 0.15))
    sprite = _sprite(rng, concept, x, y, size=size, thing=thing)
    return sprite, Thing(concept)
