"""Sentences for the relevance scan, with the pictures they are relevant to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from ruamel.yaml import YAML

from cluejudge.scenes.facts import AtLeast, Fact, Literal, Not, Thing
from cluejudge.scenes.plan import pick
from cluejudge.scenes.rules import RULES
from training.questions import RULE_FACTS, draw_fact

JOINTS = (", and ", " and ", ", ", " together with ")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and its groups; relevant to a picture where all groups not negated hold."""

    text: str
    groups: tuple[tuple[Literal, ...], ...]

    def relevant(self, things: Sequence[Thing]) -> bool:
        """Whether a picture of `things` must not be filtered away."""
        return all(
            any(literal.holds(things) for literal in group)
            for group in self.groups
            if not isinstance(group[0], Not)
        )


@cache
def rule_texts() -> dict[str, str]:
    """The objective text of every rule of the pictogram constitution."""
    source = (files("cluejudge") / "constitutions" / "pictogram.yaml").read_text("utf-8")
    return {rule["id"]: str(rule["text"]) for rule in YAML(typ="safe").load(source)["rules"]}


def rule_statement(rule_id: str, rng: np.random.Generator) -> Statement:
    """A rule in its own words, or said another way."""
    chain = RULES[rule_id].chain
    if rng.random() < 0.5:
        return Statement(rule_texts()[rule_id], chain)
    parts = [" or ".join(_phrase(literal, rng) for literal in group) for group in chain]
    order = rng.permutation(len(parts)) if rng.random() < 0.5 else range(len(parts))
    return Statement(_sentence([parts[i] for i in order], rng), chain)


def free_statement(things: Sequence[Thing], rng: np.random.Generator) -> Statement:
    """One to three facts near the truth of some scene, joined."""
    count = int(rng.integers(1, 4))
    groups: list[tuple[Literal, ...]] = []
    for _ in range(count):
        first = draw_fact(things, rng)
        group: tuple[Literal, ...] = (first,)
        if rng.random() < 0.25 and not isinstance(first, Not | AtLeast):
            other: Fact = RULE_FACTS[int(rng.integers(len(RULE_FACTS)))]
            group = (first, other)
        groups.append(group)
    parts = [" or ".join(_phrase(literal, rng) for literal in group) for group in groups]
    return Statement(_sentence(parts, rng), tuple(groups))


def _phrase(literal: Literal, rng: np.random.Generator) -> str:
    return pick(rng, literal.phrases[:2])


def _sentence(parts: Sequence[str], rng: np.random.Generator) -> str:
    joined = pick(rng, JOINTS).join(parts)
    text = joined[0].upper() + joined[1:]
    return text + ("." if rng.random() < 0.7 else "")
