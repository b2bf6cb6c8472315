"""Judges by the same models: their questions are merged, and a fingerprint tells them apart."""

from __future__ import annotations

import asyncio

import pytest

from cluejudge import Judge
from cluejudge.errors import ConstitutionError, ImageError, ModelError
from cluejudge.models.protocols import Models
from cluejudge.settings import Budget, Limits, Method, Thresholds
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, SAFE, UNSAFE, Counting

ONE_RULE = COLOURS.model_copy(update={"name": "fewer", "rules": COLOURS.rules[:1]})


def test_a_sibling_judges_as_a_judge_of_its_own_would(judge: Judge) -> None:
    for constitution in (COLOURS, ONE_RULE):
        alone = Judge(constitution, model="fake")
        for data in (UNSAFE, SAFE):
            assert judge.sibling(constitution).judge(data) == alone.judge(data)


def test_what_is_not_given_is_as_it_was() -> None:
    thresholds, budget = Thresholds(region=0.5), Budget(asks=99)
    judge = Judge(COLOURS, model="fake", thresholds=thresholds, budget=budget)
    verdict = judge.sibling(ONE_RULE, method=Method(relevance=False)).judge(SAFE)
    assert (verdict.thresholds, verdict.budget) == (thresholds, budget)
    assert verdict.method == Method(relevance=False)
    assert verdict.constitution == "fewer 3"
    assert judge.sibling().judge(SAFE) == judge.judge(SAFE)
    assert judge.sibling(limits=Limits(max_bytes=10)).judge(SAFE).outcome is Outcome.ERROR


def test_the_questions_of_siblings_are_merged() -> None:
    scorer = Counting()
    models = Models(name="counting", scorer=scorer)
    asyncio.run(Judge(COLOURS, model=models).ajudge(SAFE))
    alone, scorer.calls = scorer.calls, 0
    judge = Judge(COLOURS, model=models, linger=0.2)

    async def both() -> None:
        await asyncio.gather(judge.ajudge(SAFE), judge.sibling(ONE_RULE).ajudge(UNSAFE))

    asyncio.run(both())
    assert scorer.calls == alone


def test_what_the_models_answered_is_remembered_for_both() -> None:
    scorer = Counting()
    judge = Judge(COLOURS, model=Models(name="counting", scorer=scorer))
    judge.judge(SAFE)
    scorer.calls = 0
    judge.sibling(ONE_RULE).judge(SAFE)
    assert scorer.calls == 0


def test_a_sibling_is_vetted_too() -> None:
    def vet(contents: object) -> None:
        if "white" in str(contents):
            raise ModelError("no white")

    models = Models(name="picky", scorer=Counting(), vet=vet)
    judge = Judge(ONE_RULE, model=models)
    with pytest.raises(ConstitutionError, match="only-black"):
        judge.sibling(COLOURS)


def test_a_fingerprint_is_of_all_that_a_verdict_depends_on(judge: Judge) -> None:
    others = [
        judge.sibling(COLOURS.model_copy(update={"version": "4"})),
        judge.sibling(ONE_RULE),
        judge.sibling(thresholds=Thresholds(region=0.5)),
        judge.sibling(method=Method(region=False)),
        judge.sibling(budget=Budget(asks=9)),
        judge.sibling(limits=Limits(max_frames=2)),
        Judge(COLOURS, model=Models(name="other", scorer=Counting())),
    ]
    fingerprints = {one.fingerprint for one in (judge, *others)}
    assert len(fingerprints) == len(others) + 1
    assert all(len(one) == 64 for one in fingerprints)
    assert judge.sibling().fingerprint == judge.fingerprint
    assert Judge(COLOURS, model="fake").fingerprint == judge.fingerprint


def test_a_refusal_is_an_error_with_all_that_is_known(judge: Judge) -> None:
    verdict = judge.refusal("far.png", ImageError("not_fetched", "no answer", hint="try again"))
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, "not_fetched")
    assert verdict.reason == "no answer (try again)"
    assert verdict.constitution_digest == judge.judge(SAFE).constitution_digest
