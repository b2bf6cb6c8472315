from __future__ import annotations

import pytest
from hypothesis import given, settings
from pydantic_core import from_json, to_json

from cluejudge.batch.columns import own_schema
from cluejudge.batch.rows import to_row, to_verdict
from cluejudge.settings import Thresholds
from cluejudge.timeline import Span
from cluejudge.verdict import Outcome, RuleOutcome, Verdict, ViewVerdict
from tests.batch.verdicts import COMMON, as_asked, verdicts
from tests.report.samples import ALL, UNSAFE

SHARED = {"models": COMMON.models, "thresholds": COMMON.thresholds, "budget": COMMON.budget}


def ours(verdict: Verdict) -> Verdict:
    """As if it were of the run of `COMMON`."""
    told = {name: getattr(COMMON, name) for name in ("constitution", "constitution_digest")}
    return verdict.model_copy(update={**SHARED, **told})


@given(verdict=verdicts)
@settings(max_examples=60)
def test_a_verdict_is_what_it_was_before_it_was_a_row(verdict: Verdict) -> None:
    row = to_row(verdict.image, "", verdict, COMMON)
    assert row.keys() <= set(own_schema().names)
    assert to_verdict(from_json(to_json(row)), COMMON) == verdict


@pytest.mark.parametrize("verdict", ALL, ids=lambda one: str(one.outcome))
def test_what_is_told_at_the_top_of_a_row(verdict: Verdict) -> None:
    row = to_row("a/b.png", "00ff", ours(verdict), COMMON)
    failed = verdict.outcome is Outcome.ERROR
    assert row["id"] == "a/b.png"
    assert row["outcome"] == verdict.outcome
    assert tuple(row["violated"]) == verdict.violated
    assert row.get("error_code") == (verdict.code if failed else None)
    assert row.get("error") == (verdict.reason if failed else None)
    assert row.get("cause") == (None if failed else verdict.code or None)
    assert row["sha256"] == (verdict.record.sha256 if verdict.record else "00ff")
    assert [rule["rule_id"] for rule in row["rules"]] == [one.rule_id for one in verdict.rules]


def test_nothing_is_said_twice() -> None:
    row = to_row("a", "", as_asked(ours(UNSAFE)), COMMON)
    (view,) = row["views"]
    assert "rules" not in view
    assert not row.keys() & SHARED.keys()
    own = ours(UNSAFE).model_copy(update={"thresholds": UNSAFE.rules[0].thresholds})
    common = COMMON.model_copy(update={"thresholds": own.thresholds})
    rules = to_row("a", "", own, common)["rules"]
    assert rules
    assert all("thresholds" not in rule for rule in rules)


def test_a_digest_that_is_not_known_is_null() -> None:
    assert to_row("a", "", COMMON, COMMON)["sha256"] is None


def test_a_verdict_of_another_run_is_no_row() -> None:
    other = COMMON.model_copy(update={"thresholds": Thresholds(prior_low=0.41)})
    with pytest.raises(ValueError, match="another run"):
        to_row("a", "", other, COMMON)


def test_a_name_that_is_no_text_is_spelled_out() -> None:
    assert to_row("a\udcff", "", COMMON, COMMON)["id"] == "a\\udcff"


def test_a_rule_that_is_violated_for_a_while_is_told_with_its_times() -> None:
    spans = ((0, 1.5), (1.5, 2), (2, 9), (9, 9.5))
    outcomes = ("violated", "violated", "cleared", "violated")
    found = ours(UNSAFE).rules[0]
    views = tuple(
        ViewVerdict(
            view=f"frame {number}",
            outcome=Outcome.UNSAFE,
            spans=(Span(start=span[0], end=span[1]),),
            rules=(found.model_copy(update={"outcome": RuleOutcome(outcome)}),),
        )
        for number, (span, outcome) in enumerate(zip(spans, outcomes, strict=True))
    )
    row = to_row("a", "", ours(UNSAFE).model_copy(update={"views": views}), COMMON)
    assert row["timeline"] == [
        {"rule_id": found.rule_id, "start": 0.0, "end": 2.0},
        {"rule_id": found.rule_id, "start": 9.0, "end": 9.5},
    ]
    assert to_row("a", "", ours(UNSAFE), COMMON)["timeline"] == []
