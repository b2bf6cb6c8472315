"""The verdict on one input: what it finds, what it records, and what becomes of what fails."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from cluejudge import Judge, Verdict
from cluejudge.api import Source
from cluejudge.asks import Score, YesNo
from cluejudge.compiled import CompiledConstitution
from cluejudge.digest import digest
from cluejudge.errors import ModelError
from cluejudge.models.protocols import Models
from cluejudge.settings import Budget, Limits, Method, Thresholds
from cluejudge.verdict import Outcome, RuleOutcome
from tests.api.colours import BROKEN, COLOURS, NOISE, SAFE, UNSAFE, picture


def test_an_unsafe_image(judge: Judge, tmp_path: Path) -> None:
    path = tmp_path / "flag.png"
    path.write_bytes(UNSAFE)
    verdict = judge.judge(path)
    assert verdict.outcome is Outcome.UNSAFE
    assert (verdict.violated, verdict.action) == (("red-on-blue",), "review")
    assert verdict.image == str(path)
    assert verdict.record
    assert (verdict.record.width, verdict.record.format) == (60, "PNG")
    assert verdict == judge.judge(str(path))


def test_the_record_says_by_what_it_was_judged() -> None:
    thresholds, method, budget = Thresholds(region=0.5), Method(relevance=False), Budget(asks=99)
    judge = Judge(COLOURS, model="fake", thresholds=thresholds, method=method, budget=budget)
    verdict = judge.judge(SAFE, name="ground")
    assert (verdict.image, verdict.outcome) == ("ground", Outcome.SAFE)
    assert verdict.constitution == "colours 3"
    assert verdict.constitution_digest == digest(COLOURS)
    assert verdict.models["name"] == "fake"
    assert "not a model" in verdict.models["fake"]
    assert (verdict.thresholds, verdict.method, verdict.budget) == (thresholds, method, budget)
    assert verdict.cost.asks > 0
    assert [one.rule_id for one in verdict.rules] == ["red-on-blue", "only-black"]


@pytest.mark.parametrize("data", [UNSAFE, SAFE, NOISE, BROKEN])
def test_json_goes_both_ways(judge: Judge, data: bytes) -> None:
    verdict = judge.judge(data)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict
    assert Verdict.model_validate(verdict.model_dump()) == verdict


def test_what_the_models_do_not_know_abstains(judge: Judge) -> None:
    verdict = judge.judge(NOISE)
    assert (verdict.outcome, verdict.code) == (Outcome.ABSTAIN, "unknown_image")
    assert {one.outcome for one in verdict.rules} == {RuleOutcome.NOT_JUDGED}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (BROKEN, "truncated"),
        (b"", "empty"),
        (b"hello", "unknown_type"),
        ("nowhere.png", "missing"),
        (Path("/"), "directory"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_no_exception(
    judge: Judge, source: Source, code: str
) -> None:
    verdict = judge.judge(source)
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, code)
    assert verdict.reason
    assert verdict.constitution_digest
    assert not verdict.rules


def test_limits_apply() -> None:
    verdict = Judge(COLOURS, model="fake", limits=Limits(max_side=50)).judge(SAFE)
    assert verdict.code == "side_too_long"


def test_every_frame_is_judged(judge: Judge) -> None:
    frames = [picture("white", "yellow", side) for side in (30, 31, 32)]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "PNG", save_all=True, append_images=[*frames[1:], picture("blue", "red")]
    )
    verdict = judge.judge(buffer.getvalue())
    assert verdict.outcome is Outcome.UNSAFE
    assert len(verdict.views) == 4
    assert [one.outcome for one in verdict.views].count(Outcome.SAFE) == 3
    assert verdict.rules[0].view == verdict.views[3].view


def test_a_name_that_is_no_text_can_be_recorded(judge: Judge, tmp_path: Path) -> None:
    path = Path(str(tmp_path) + "/caf\udce9.png")
    verdict = judge.judge(path)
    assert verdict.image.endswith(r"caf\udce9.png")
    verdict.model_dump_json()


def test_a_model_that_is_out_of_order_is_an_error() -> None:
    class Broken:
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            raise ModelError("out of memory", retryable=True)

    verdict = Judge(COLOURS, model=Models("m", Broken())).judge(SAFE)
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, "model_failed")
    assert "out of memory" in verdict.reason


def test_a_budget_ends_in_abstain() -> None:
    verdict = Judge(COLOURS, model="fake", budget=Budget(asks=3)).judge(UNSAFE)
    assert (verdict.outcome, verdict.code) == (Outcome.ABSTAIN, "budget")
    assert verdict.cost.asks <= 3


def test_time_is_told_by_the_clock_given() -> None:
    times = iter(range(100))
    judge = Judge(COLOURS, model="fake", budget=Budget(seconds=1.5), now=lambda: float(next(times)))
    assert judge.judge(UNSAFE).code == "budget"


def test_the_order_of_rules_is_that_of_the_constitution() -> None:
    turned = CompiledConstitution(**{**dict(COLOURS), "rules": COLOURS.rules[::-1]})
    verdict = Judge(turned, model="fake").judge(UNSAFE)
    assert [one.rule_id for one in verdict.rules] == ["only-black", "red-on-blue"]
    assert verdict.views == Judge(COLOURS, model="fake").judge(UNSAFE).views
