"""Questions about a scene, their answers, and short reasonings, all from the scene's truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cluejudge.scenes.facts import (
    NUMBERS,
    AtLeast,
    Fact,
    Literal,
    Not,
    State,
    Thing,
    Touch,
    Visible,
)
from cluejudge.scenes.plan import pick
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.world import ANIMALS, CONCEPTS, KINDS, PEOPLE, TERMS, siblings

YES, NO, UNCLEAR = "Yes", "No", "Unclear"
RARE: dict[str, float] = {
    "bomb": 0.6,
    "axe": 0.5,
    "bow": 0.5,
    "weapon": 0.3,
    "syringe": 0.4,
    "cigarette": 0.4,
    "slot_machine": 0.5,
    "fire_engine": 0.5,
    "police_officer": 0.4,
}
"""Chance that a question about a term is dropped where the answer is Yes: a low base rate."""
COMMON: dict[str, float] = {"person": 0.5, "man": 0.3, "woman": 0.3, "baby": 0.3, "fire": 0.3}
"""Chance that a question is dropped where the answer is No: a high base rate."""
UNCOUNTED = ("fire", "blood", "money", "milk", "coffee", "beer", "wine")
ALL_TERMS = tuple(TERMS)
CONTACTS: tuple[tuple[str, str], ...] = tuple(
    (held, host)
    for held in (
        *("weapon", "knife", "axe", "bow", "bomb"),
        *("alcohol", "beer", "wine", "cocktail"),
        *("medicine", "pill", "syringe", "cigarette", "money", "book", "apple", "milk"),
    )
    for host in ("person", "animal", *PEOPLE, *ANIMALS)
)
STATED: tuple[tuple[str, str], ...] = (
    *(
        (term, "on_fire")
        for term in ("person", "animal", "house", "car", "tree", *PEOPLE, *ANIMALS)
    ),
    *((term, "bleeding") for term in ("person", "animal", *PEOPLE, *ANIMALS)),
    *((term, "in_bed") for term in ("person", *PEOPLE)),
)
RULE_FACTS: tuple[Fact, ...] = tuple(
    dict.fromkeys(
        literal.fact if isinstance(literal, Not) else literal
        for rule in RULES.values()
        for group in rule.chain
        for literal in group
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """One content with its answer, and the reasoning that leads to it."""

    content: str
    answer: str
    reasoning: str = ""


Places = Sequence[tuple[float, float]]


def draw_fact(things: Sequence[Thing], rng: np.random.Generator) -> Literal:
    """A fact worth asking about this scene: near the truth on both sides of it."""
    if rng.random() < 0.25:
        return RULE_FACTS[int(rng.integers(len(RULE_FACTS)))]
    kind = str(
        rng.choice(["visible", "state", "touch", "count", "not"], p=[0.44, 0.19, 0.17, 0.14, 0.06])
    )
    if kind == "visible":
        return Visible(_term(things, rng))
    if kind == "not":
        return Not(Visible(_term(things, rng)))
    if kind == "count":
        return _amount(things, rng)
    if kind == "state":
        return _state(things, rng)
    return _touch(things, rng)


def _concepts(things: Sequence[Thing]) -> list[str]:
    return [thing.concept for thing in things if thing.concept in CONCEPTS]


def _term(things: Sequence[Thing], rng: np.random.Generator) -> str:
    shown = _concepts(things)
    roll = rng.random()
    if not shown or roll < 0.15:
        return pick(rng, ALL_TERMS)
    concept = pick(rng, shown)
    if roll < 0.5:
        concept = pick(rng, siblings(concept)) if rng.random() < 0.7 else pick(rng, tuple(CONCEPTS))
    kinds = [kind for kind, term in KINDS.items() if concept in term.members]
    return kinds[0] if kinds and rng.random() < 0.3 else concept


def _amount(things: Sequence[Thing], rng: np.random.Generator) -> AtLeast:
    shown = [concept for concept in _concepts(things) if concept not in UNCOUNTED]
    roll = rng.random()
    term = "person" if roll < 0.6 or not shown else "animal" if roll < 0.72 else pick(rng, shown)
    there = sum(concept in TERMS[term].members for concept in _concepts(things))
    if there < 2 or rng.random() < 0.15:
        return AtLeast(term, int(rng.choice([2, 3, 4], p=[0.6, 0.35, 0.05])))
    return AtLeast(term, min(4, there + int(rng.random() < 0.5)))


def _state(things: Sequence[Thing], rng: np.random.Generator) -> State:
    held = [(thing.concept, state) for thing in things for state in sorted(thing.states)]
    if held and rng.random() < 0.6:
        concept, state = held[int(rng.integers(len(held)))]
        kinds = [k for k in ("person", "animal") if concept in KINDS[k].members]
        term = kinds[0] if kinds and rng.random() < 0.6 else concept
        if rng.random() < 0.4:
            others = [t for t, s in STATED if s == state]
            term = pick(rng, others)
        return State(term, state)
    shown = [c for c in _concepts(things) if c in (*PEOPLE, *ANIMALS, "house", "car", "tree")]
    if shown and rng.random() < 0.7:
        concept = pick(rng, shown)
        kinds = [k for k in ("person", "animal") if concept in KINDS[k].members]
        term = kinds[0] if kinds and rng.random() < 0.6 else concept
        states = [s for t, s in STATED if t == term]
        return State(term, pick(rng, states))
    term, state = STATED[int(rng.integers(len(STATED)))]
    return State(term, state)


def _touch(things: Sequence[Thing], rng: np.random.Generator) -> Touch:
    pairs = [
        (thing.concept, things[other].concept)
        for thing in things
        for other in thing.touches
        if "in_bed" not in thing.states
    ]
    if pairs and rng.random() < 0.6:
        held, host = pairs[int(rng.integers(len(pairs)))]
        wanted = [
            c for c in CONTACTS if held in TERMS[c[0]].members and host in TERMS[c[1]].members
        ]
        near = [
            c for c in CONTACTS if (held in TERMS[c[0]].members) != (host in TERMS[c[1]].members)
        ]
        pool = wanted if wanted and rng.random() < 0.65 else near or CONTACTS
        return Touch(*pool[int(rng.integers(len(pool)))])
    shown = set(_concepts(things))
    both = [
        c for c in CONTACTS if shown & set(TERMS[c[0]].members) and shown & set(TERMS[c[1]].members)
    ]
    pool = both if both and rng.random() < 0.75 else list(CONTACTS)
    return Touch(*pool[int(rng.integers(len(pool)))])


def draw_question(
    things: Sequence[Thing], places: Places, known: bool, rng: np.random.Generator
) -> Question:
    """One question with its answer; pictures without any pictogram are `Unclear`."""
    while True:
        fact = draw_fact(things, rng)
        term = fact.term if isinstance(fact, Visible) else ""
        holds = fact.holds(things)
        dropped = RARE.get(term, 0.0) if holds else COMMON.get(term, 0.0)
        if rng.random() >= dropped:
            break
    phrases = fact.phrases
    phrase = phrases[0] if rng.random() < 0.6 else pick(rng, phrases)
    if rng.random() < 0.1:
        phrase = phrase[0].upper() + phrase[1:] + ("." if rng.random() < 0.5 else "")
    if not known:
        return Question(phrase, UNCLEAR, "Nothing here is a pictogram that I know.")
    return Question(phrase, YES if holds else NO, explain(fact, things, places))


def explain(fact: Literal, things: Sequence[Thing], places: Places) -> str:
    """What can be seen that decides `fact`, in one or two short sentences."""
    if isinstance(fact, Not):
        return explain(fact.fact, things, places)
    members = TERMS[fact.term].members
    found = [i for i, thing in enumerate(things) if thing.concept in members]
    if isinstance(fact, AtLeast):
        return _count(fact, found, things, places)
    if not found:
        return f"There is no {TERMS[fact.term].noun}."
    if isinstance(fact, Visible):
        return f"There is {_name(things[found[0]])} {where(places[found[0]])}."
    if isinstance(fact, State):
        return _stated(fact, found, things, places)
    return _touching(fact, found, things, places)


def _name(thing: Thing) -> str:
    return TERMS[thing.concept].phrase


def _count(fact: AtLeast, found: list[int], things: Sequence[Thing], places: Places) -> str:
    term = TERMS[fact.term]
    if not found:
        return f"There is no {term.noun}."
    number = NUMBERS.get(len(found), "one" if len(found) == 1 else "many")
    return f"There are {number} {term.plural}." if len(found) > 1 else f"There is one {term.noun}."


_STATE_WORDS = {"on_fire": "on fire", "bleeding": "bleeding", "in_bed": "in a bed"}


def _stated(fact: State, found: list[int], things: Sequence[Thing], places: Places) -> str:
    word = _STATE_WORDS[fact.state]
    for index in found:
        if fact.state in things[index].states:
            return f"There is {_name(things[index])} {word} {where(places[index])}."
    return f"There is {_name(things[found[0]])}, but not {word}."


def _touching(fact: Touch, found: list[int], things: Sequence[Thing], places: Places) -> str:
    hosts = TERMS[fact.host].members
    for index in found:
        for other in things[index].touches:
            if things[other].concept in hosts:
                place = where(places[index])
                return f"There is {_name(things[index])} touching {_name(things[other])} {place}."
    if not any(thing.concept in hosts for thing in things):
        return f"There is {_name(things[found[0]])}, but no {TERMS[fact.host].noun}."
    return f"There is {_name(things[found[0]])}, but not touching {TERMS[fact.host].phrase}."


def where(place: tuple[float, float]) -> str:
    """A ninth of the picture in words."""
    column = ("left", "middle", "right")[min(2, int(place[0] * 3))]
    row = ("top", "middle", "bottom")[min(2, int(place[1] * 3))]
    if row == column:
        return "in the middle"
    if row == "middle":
        return f"at the {column}"
    return f"at the {row}" if column == "middle" else f"at the {row} {column}"
