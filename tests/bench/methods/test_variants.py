from __future__ import annotations

import pytest
from hypothesis import given, settings

from cluejudge.bench.methods.variants import (
    CLUE,
    rewritten,
    without_chain,
    without_objectification,
    without_own_bounds,
)
from cluejudge.builtin import find_constitution
from cluejudge.compiled import CompiledConstitution, filled, load_compiled
from cluejudge.settings import Method, Thresholds
from tests.constitutions import compiled_constitutions

RULES = load_compiled(
    """
name: test
rules:
  - id: tail
    source: No long tails.
    text: A tail of over {length} cm is visible, and no vet.
    parameters: {length: 30}
    thresholds: {prior_low: 0.1, prior_high: 0.2, relevance: 0.05}
    chain:
      - any_of:
          - {text: "a tail of over {length} cm", objects: [tail, dog]}
          - {text: a dog, objects: dog}
      - {text: a vet, objects: person, negated: true}
"""
)


def test_without_chains_the_text_is_the_one_atom() -> None:
    (rule,) = rewritten(RULES, without_chain).rules
    ((atom,),) = (group.any_of for group in rule.chain)
    assert atom.text == rule.text == "A tail of over 30 cm is visible, and no vet."
    assert atom.objects == ("tail", "dog")
    assert not atom.negated


def test_without_objectification_the_author_is_asked_in_his_words() -> None:
    (rule,) = rewritten(RULES, without_objectification).rules
    assert rule.text == rule.chain[0].any_of[0].text == "No long tails."


def test_without_own_bounds_other_thresholds_stay() -> None:
    (rule,) = rewritten(RULES, without_own_bounds).rules
    assert rule.thresholds.prior_low is None
    assert rule.thresholds.prior_high is None
    assert rule.thresholds.relevance == 0.05
    assert rule.chain == RULES.rules[0].chain


@settings(max_examples=30)
@given(compiled_constitutions)
def test_rewriting_keeps_every_rule_and_its_meaning_for_people(
    constitution: CompiledConstitution,
) -> None:
    for rewrite in (without_chain, without_objectification, without_own_bounds):
        after = rewritten(constitution, rewrite)
        assert [one.id for one in after.rules] == [one.id for one in constitution.rules]
        sources = [one.source for one in filled(constitution).rules]
        assert [one.source for one in filled(after).rules] == sources


def test_nothing_to_rewrite_changes_nothing() -> None:
    assert rewritten(RULES, None) is RULES


@pytest.mark.parametrize("name", CLUE)
def test_every_variant_names_settings_that_there_are(name: str) -> None:
    variant = CLUE[name]
    Method.model_validate({**Method().model_dump(), **variant.method})
    Thresholds.model_validate({**Thresholds().model_dump(), **variant.thresholds})
    assert variant.title
    assert variant.about
    rules = find_constitution("pictogram")
    told = (variant.method, variant.thresholds, rewritten(rules, variant.rewrite) != rules)
    assert any(told) == (name != "clue")


ONE = ("reasoning", "undecided")
"""Both say what becomes of what the token tests leave open: one part of the method."""


@pytest.mark.parametrize("name", sorted(CLUE.keys() - {"clue", "half"}))
def test_every_ablation_changes_one_part(name: str) -> None:
    variant = CLUE[name]
    parts = {ONE if setting in ONE else setting for setting in variant.method}
    assert len(parts) + len(variant.thresholds) + (variant.rewrite is not None) == 1
