"""A scene as values: what is drawn where, and what is true of it. Lengths are shares of a side."""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.scenes.facts import Thing
from cluejudge.scenes.world import SIGNS


@dataclass(frozen=True, slots=True)
class Sprite:
    """One pictogram: centre, side length (shares of the scene's side), angle in degrees.

    `thing` is the index of the thing it shows.
    """

    concept: str
    x: float
    y: float
    size: float
    angle: float
    flip: bool
    thing: int
    style: str = ""
    tile: int = -1


@dataclass(frozen=True, slots=True)
class Background:
    """What lies behind: `kind` is plain, gradient, stripes, checks, noise or photo."""

    kind: str
    colours: tuple[tuple[int, int, int], tuple[int, int, int]]
    seed: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Sprites in drawing order on a background, and the things they show."""

    background: Background
    sprites: tuple[Sprite, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One object with what belongs to it: its states, what touches it, who shares its bed."""

    concept: str
    states: frozenset[str] = frozenset()
    holds: tuple[str, ...] = ()
    bedmates: tuple[str, ...] = ()

    @property
    def concepts(self) -> tuple[str, ...]:
        """Every concept that drawing it makes visible."""
        shown = tuple(SIGNS[state] for state in sorted(self.states))
        return (self.concept, *self.holds, *self.bedmates, *shown)
