from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cluejudge.compiled import CompiledRule
from cluejudge.judge import Answerer, capabilities, drive_one, judge_flow
from cluejudge.settings import Method
from cluejudge.verdict import AtomScores, Outcome, Verdict, ViewVerdict, storable
from tests.judge.rules import methods, rules
from tests.judge.test_flow import worlds
from tests.judge.world import World, picture


@given(world=worlds(unknown=0.2), rules=rules(3), method=methods())
def test_what_a_flow_finds_is_valid_and_goes_through_json(
    world: World, rules: tuple[CompiledRule, ...], method: Method
) -> None:
    flow = judge_flow(picture(0), rules, capabilities(world.models()), method=method)
    verdict = drive_one(flow, Answerer(world.models()))
    assert ViewVerdict.model_validate(verdict.model_dump()) == verdict
    assert ViewVerdict.model_validate_json(verdict.model_dump_json()) == verdict


@given(text=st.text(st.characters(codec=None, categories=("L", "Cs"))))
def test_any_text_can_be_stored(text: str) -> None:
    assert storable(text).encode("utf-8").decode("utf-8") == storable(text)
    assert storable(storable(text)) == storable(text)


def test_evidence_cannot_be_changed() -> None:
    verdict = Verdict(image="a", outcome=Outcome.SAFE)
    with pytest.raises(ValidationError, match="frozen"):
        verdict.outcome = Outcome.UNSAFE


def test_unknown_fields_and_nan_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Verdict.model_validate({"image": "a", "outcome": "safe", "sure": True})
    with pytest.raises(ValidationError, match="finite"):
        AtomScores(image=math.nan)
