"""Which objects a scene holds: freely, or so that one rule is violated or just missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cluejudge.scenes.facts import AtLeast, Literal, Not, State, Touch, Visible
from cluejudge.scenes.rules import SceneRule
from cluejudge.scenes.spec import Recipe
from cluejudge.scenes.world import (
    BLEEDING,
    BURNABLE,
    CLUTTER,
    CONCEPTS,
    HOLDABLE,
    OVERLAYS,
    PEOPLE,
    SIGNS,
    TERMS,
    siblings,
)

EXCEPTIONS = ("doctor", "police_officer", "fire_engine")


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of `options`, all equally likely."""
    return options[int(rng.integers(len(options)))]


@dataclass(frozen=True, slots=True)
class Bias:
    """A co-occurrence of the world: where `given` is drawn, `also` joins in with `chance`."""

    given: str
    also: str
    chance: float


BIASES = (
    Bias("blood", "knife", 0.45),
    Bias("fire", "fire_engine", 0.35),
    Bias("beer", "man", 0.5),
    Bias("wine", "woman", 0.5),
    Bias("syringe", "doctor", 0.5),
    Bias("slot_machine", "money", 0.5),
    Bias("baby", "ball", 0.4),
    Bias("bed", "book", 0.3),
)
"""Declared in the model card: what debiasing has to work against."""

WEIGHTS = {"man": 2.0, "woman": 2.0, "baby": 2.5, "doctor": 1.4}
"""How much likelier a concept is in a free scene than one that is not named here."""
MAKER_CHANCES = (0.5, 0.1, 0.12, 0.06, 0.17, 0.05)
"""Of an object in a free scene: plain, on fire, bleeding, in bed, holding, fire or blood alone."""


def free(rng: np.random.Generator) -> list[Recipe]:
    """A scene of the world as it is, biases included."""
    names = [c for c in CONCEPTS if c not in OVERLAYS]
    weights = np.array([WEIGHTS.get(name, 1.0) for name in names])
    weights /= weights.sum()
    recipes: list[Recipe] = []
    makers: tuple[Callable[[np.random.Generator], Recipe], ...] = (
        lambda r: Recipe(str(r.choice(names, p=weights))),
        _burning,
        _bleeding,
        _sleeping,
        _holding,
        lambda r: Recipe(pick(r, OVERLAYS)),
    )
    for _ in range(int(rng.integers(1, 6))):
        kind = int(rng.choice(len(makers), p=MAKER_CHANCES))
        recipes.append(makers[kind](rng))
    shown = {concept for recipe in recipes for concept in recipe.concepts}
    recipes += [Recipe(b.also) for b in BIASES if b.given in shown and rng.random() < b.chance]
    return recipes[:7]


def _burning(rng: np.random.Generator) -> Recipe:
    term = pick(rng, ("person", *BURNABLE))
    return Recipe(pick(rng, TERMS[term].members), frozenset({"on_fire"}))


def _bleeding(rng: np.random.Generator) -> Recipe:
    term = pick(rng, BLEEDING)
    return Recipe(pick(rng, TERMS[term].members), frozenset({"bleeding"}))


def _sleeping(rng: np.random.Generator) -> Recipe:
    mates = (pick(rng, PEOPLE),) if rng.random() < 0.5 else ()
    return Recipe(pick(rng, PEOPLE), frozenset({"in_bed"}), bedmates=mates)


def _holding(rng: np.random.Generator) -> Recipe:
    host = pick(rng, PEOPLE) if rng.random() < 0.75 else pick(rng, TERMS["animal"].members)
    held = pick(rng, TERMS[pick(rng, HOLDABLE)].members)
    bleeding = held in TERMS["weapon"].members and rng.random() < 0.35
    return Recipe(host, frozenset({"bleeding"} if bleeding else ()), holds=(held,))


def for_rule(
    rule: SceneRule, missed: int | None, rng: np.random.Generator
) -> tuple[list[Recipe], frozenset[str]]:
    """Recipes that meet every group of `rule` but `missed`, and the concepts to keep out."""
    banned = _banned(rule, missed)
    recipes: list[Recipe] = []
    order = sorted(range(len(rule.chain)), key=lambda i: _rank(rule.chain[i][0]))
    for index in order:
        group = rule.chain[index]
        if index == missed:
            recipes += _near_misses(group, recipes, banned, rng)
        else:
            recipes = _meet(group[int(rng.integers(len(group)))], recipes, banned, rng)
    return recipes, banned


def _rank(literal: Literal) -> int:
    return {Touch: 0, State: 1, Visible: 2, AtLeast: 3, Not: 4}[type(literal)]


def _banned(rule: SceneRule, missed: int | None) -> frozenset[str]:
    banned: set[str] = set()
    for index, group in enumerate(rule.chain):
        for literal in group:
            if isinstance(literal, Not) and index != missed:
                banned.update(TERMS[literal.fact.term].members)
            if isinstance(literal, Visible) and index == missed:
                banned.update(TERMS[literal.term].members)
    return frozenset(banned)


def _member(term: str, banned: frozenset[str], rng: np.random.Generator) -> str:
    allowed = [m for m in TERMS[term].members if m not in banned]
    return pick(rng, allowed or TERMS[term].members)


def _meet(
    literal: Literal, recipes: list[Recipe], banned: frozenset[str], rng: np.random.Generator
) -> list[Recipe]:
    """Add what makes `literal` true, sharing what is there already."""
    if isinstance(literal, Not):
        return recipes
    members = TERMS[literal.term].members
    if isinstance(literal, Touch):
        host, held = _member(literal.host, banned, rng), _member(literal.term, banned, rng)
        return [*recipes, Recipe(host, holds=(held,))]
    if isinstance(literal, State):
        return _with_state(literal, recipes, banned, rng)
    have = sum(c in members for recipe in recipes for c in recipe.concepts)
    need = literal.number if isinstance(literal, AtLeast) else 1
    if isinstance(literal, AtLeast) and rng.random() < 0.3:
        need += 1
    return [*recipes, *(Recipe(_member(literal.term, banned, rng)) for _ in range(need - have))]


def _with_state(
    literal: State, recipes: list[Recipe], banned: frozenset[str], rng: np.random.Generator
) -> list[Recipe]:
    for index, recipe in enumerate(recipes):
        hosts = recipe.concept in TERMS[literal.term].members
        if hosts and literal.state == "bleeding" and rng.random() < 0.7:
            both = Recipe(recipe.concept, recipe.states | {literal.state}, recipe.holds)
            return [*recipes[:index], both, *recipes[index + 1 :]]
    mates: tuple[str, ...] = ()
    if literal.state == "in_bed" and rng.random() < 0.6:
        mates = (_member("person", banned, rng),)
    host = _member(literal.term, banned, rng)
    return [*recipes, Recipe(host, frozenset({literal.state}), bedmates=mates)]


def _near_misses(
    group: tuple[Literal, ...],
    recipes: list[Recipe],
    banned: frozenset[str],
    rng: np.random.Generator,
) -> list[Recipe]:
    """What makes missing `group` hard to see: its parts apart, or what is mistaken for it."""
    literal = group[int(rng.integers(len(group)))]
    have = [concept for recipe in recipes for concept in recipe.concepts]
    if isinstance(literal, Not):
        return [Recipe(pick(rng, TERMS[literal.fact.term].members))]
    if isinstance(literal, Visible):
        term = pick(rng, TERMS[literal.term].members)
        others = [c for c in siblings(term) if c not in banned and c not in OVERLAYS]
        return [Recipe(pick(rng, others))] if others and rng.random() < 0.75 else []
    if isinstance(literal, AtLeast):
        missing = literal.number - 1 - sum(c in TERMS[literal.term].members for c in have)
        return [Recipe(_member(literal.term, banned, rng)) for _ in range(missing)]
    parts = [literal.term, literal.host] if isinstance(literal, Touch) else [literal.term]
    apart = [
        Recipe(_member(part, banned, rng))
        for part in parts
        if not any(c in TERMS[part].members for c in have)
    ]
    if isinstance(literal, State) and rng.random() < 0.8:
        apart.append(Recipe(SIGNS[literal.state]))
    return apart


def clutter(
    count: int, banned: frozenset[str], rng: np.random.Generator, *, neutral: bool
) -> list[Recipe]:
    """Objects besides the point; `neutral` keeps to concepts of no rule."""
    names = CLUTTER if neutral else tuple(c for c in CONCEPTS if c not in OVERLAYS)
    allowed = [name for name in names if name not in banned]
    return [Recipe(pick(rng, allowed)) for _ in range(count)]
