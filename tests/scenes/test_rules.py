"""The rules that scenes are made for, and the constitution that the judge reads, are the same."""

from __future__ import annotations

import pytest

from cluejudge.builtin import find_constitution
from cluejudge.scenes.facts import Literal, Not, State, Thing, Visible
from cluejudge.scenes.rules import RULES, SceneRule

PICTOGRAM = {rule.id: rule for rule in find_constitution("pictogram").rules}
EACH = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


def as_written(literal: Literal) -> tuple[str, tuple[str, ...], bool]:
    fact = literal.fact if isinstance(literal, Not) else literal
    return fact.phrases[0], fact.objects, isinstance(literal, Not)


def test_the_rules_are_the_same_in_the_same_order() -> None:
    assert list(RULES) == list(PICTOGRAM)


@EACH
def test_the_chains_are_the_same(rule: SceneRule) -> None:
    written = [
        [(atom.text, atom.objects, atom.negated) for atom in group.any_of]
        for group in PICTOGRAM[rule.id].chain
    ]
    assert [[as_written(literal) for literal in group] for group in rule.chain] == written


@EACH
def test_no_atom_is_twice_in_a_rule(rule: SceneRule) -> None:
    texts = [as_written(literal)[0] for group in rule.chain for literal in group]
    assert len(set(texts)) == len(texts)


def test_a_rule_is_violated_when_every_group_holds() -> None:
    rule = SceneRule("r", ((Visible("dog"), Visible("cat")), (State("person", "on_fire"),)))
    burning = Thing("man", frozenset({"on_fire"}))
    assert rule.failing([Thing("cat"), burning]) == []
    assert rule.violated([Thing("cat"), burning])
    assert rule.failing([Thing("cat"), Thing("man")]) == [1]
    assert rule.failing([]) == [0, 1]
