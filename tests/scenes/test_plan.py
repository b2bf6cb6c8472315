from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cluejudge.scenes import plan
from cluejudge.scenes.rules import RULES, SceneRule
from cluejudge.scenes.world import CLUTTER, CONCEPTS, OVERLAYS

EACH = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


@pytest.mark.parametrize("bias", plan.BIASES, ids=lambda bias: f"{bias.given}-{bias.also}")
def test_declared_biases_are_those_of_free_scenes(bias: plan.Bias) -> None:
    rng = np.random.default_rng(1)
    seen: Counter[tuple[bool, bool]] = Counter()
    for _ in range(1500):
        shown = {concept for recipe in plan.free(rng) for concept in recipe.concepts}
        seen[bias.given in shown, bias.also in shown] += 1
    among = seen[True, True] / (seen[True, True] + seen[True, False])
    elsewhere = seen[False, True] / (seen[False, True] + seen[False, False])
    assert among > elsewhere + 0.1
    assert among > bias.chance - 0.12


def test_free_scenes_have_one_to_seven_objects() -> None:
    rng = np.random.default_rng(2)
    numbers = {len(plan.free(rng)) for _ in range(300)}
    assert min(numbers) == 1
    assert max(numbers) <= 7


def test_every_concept_turns_up() -> None:
    rng = np.random.default_rng(3)
    shown = {c for _ in range(1500) for recipe in plan.free(rng) for c in recipe.concepts}
    assert shown == set(CONCEPTS)


@EACH
def test_what_is_kept_out_of_a_rule_is_not_drawn_for_it(rule: SceneRule) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        recipes, banned = plan.for_rule(rule, None, rng)
        assert banned.isdisjoint(c for recipe in recipes for c in recipe.concepts)


@pytest.mark.parametrize("neutral", [True, False])
def test_clutter_is_of_what_is_allowed(neutral: bool) -> None:
    rng = np.random.default_rng(5)
    banned = frozenset({"flower", "dog"})
    names = {recipe.concept for recipe in plan.clutter(400, banned, rng, neutral=neutral)}
    allowed = set(CLUTTER) if neutral else set(CONCEPTS) - set(OVERLAYS)
    assert names == allowed - banned
