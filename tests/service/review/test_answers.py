from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.service.review.answers import MAX_REASON, choices, draft, problems, read
from cluejudge.store.overruling import checked
from cluejudge.store.records import Answer, Decision
from cluejudge.verdict import Outcome, RuleOutcome, Verdict
from tests.report.samples import ERROR, SAFE, UNSAFE
from tests.service.review.making import drafted
from tests.store.drafts import rule


def decided(verdict: Verdict) -> Decision:
    return Decision(**dict(drafted(verdict)), seq=1, at="2026-11-22T10:00:00.000000Z")


def verdict_of(*outcomes: RuleOutcome) -> Verdict:
    """The verdict that a judge would come to with these rules."""
    found = set(outcomes)
    opened = found & {RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED}
    outcome = Outcome.ABSTAIN if opened else Outcome.SAFE
    return Verdict(
        image="a.png",
        outcome=Outcome.UNSAFE if RuleOutcome.VIOLATED in found else outcome,
        rules=tuple(rule(f"rule-{place}", each) for place, each in enumerate(outcomes)),
    )


RULES = st.lists(st.sampled_from(RuleOutcome), min_size=1, max_size=5)
FORMS = st.dictionaries(
    st.sampled_from(
        [f"{kind}-{place}" for kind in ("outcome", "reason") for place in range(6)]
        + ["rest", "rest-reason", "note", "case"]
    ),
    st.one_of(st.sampled_from([*RuleOutcome, "", "it is a toy"]), st.text(max_size=20)),
)


@given(RULES, st.sampled_from(Answer), FORMS)
def test_what_has_no_problems_is_a_review_that_the_record_takes(
    rules: list[RuleOutcome], answer: Answer, form: dict[str, str]
) -> None:
    decision = decided(verdict_of(*rules))
    filled = read(form | {"answer": answer}, decision.verdict)
    if problems(filled, decision.verdict):
        return
    review = draft(filled, decision, "ana")
    assert checked(review, decision).outcome is review.outcome
    assert bool(review.overrides) is (answer is Answer.OVERRULE)


def test_a_rule_is_overruled_with_its_reason() -> None:
    form = {"answer": "overrule", "outcome-0": "cleared", "reason-0": "  a\ttoy "}
    filled = read(form, UNSAFE)
    assert problems(filled, UNSAFE) == ()
    review = draft(filled, decided(UNSAFE), "ana")
    (override,) = review.overrides
    assert (override.rule_id, override.outcome, override.reason) == ("on-fire", "cleared", "a toy")
    # One rule is still unsure: it is not safe.
    assert review.outcome is Outcome.ABSTAIN


def test_a_cleared_rule_can_be_overruled_too() -> None:
    form = {"answer": "overrule", "outcome-1": "violated", "reason-1": "two people"}
    review = draft(read(form, SAFE), decided(SAFE), "ana")
    assert (review.outcome, review.overrides[0].rule_id) == (Outcome.UNSAFE, "two-in-bed")


def test_all_open_rules_are_cleared_at_once_but_for_those_set_otherwise() -> None:
    verdict = verdict_of(RuleOutcome.NOT_JUDGED, RuleOutcome.UNSURE, RuleOutcome.CLEARED)
    form = {"answer": "overrule", "rest": "yes", "rest-reason": "a cat"}
    review = draft(read(form, verdict), decided(verdict), "ana")
    assert [(each.rule_id, each.outcome) for each in review.overrides] == [
        ("rule-0", "cleared"),
        ("rule-1", "cleared"),
    ]
    assert review.outcome is Outcome.SAFE
    form |= {"outcome-1": "violated", "reason-1": "a knife"}
    review = draft(read(form, verdict), decided(verdict), "ana")
    assert [each.outcome for each in review.overrides] == ["cleared", "violated"]
    assert review.outcome is Outcome.UNSAFE


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"answer": "overrule"}, "at least one rule"),
        ({"answer": "overrule", "outcome-0": "cleared"}, "Say why on-fire should be cleared"),
        ({"answer": "overrule", "outcome-0": "cleared", "reason-0": " \n "}, "Say why on-fire"),
        ({"answer": "overrule", "rest": "yes"}, "Say why the open rules"),
        ({"answer": "agree", "outcome-0": "cleared", "reason-0": "a toy"}, "set them back"),
        ({"answer": "skip", "case": "yes"}, "skipped cannot be a regression case"),
        ({"answer": "agree", "note": "a" * 5_000}, "at most 4,000"),
        (
            {"answer": "overrule", "outcome-0": "cleared", "reason-0": "a" * (MAX_REASON + 1)},
            "at most 2,000",
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(form: dict[str, str], said: str) -> None:
    assert said in " ".join(problems(read(form, UNSAFE), UNSAFE))


def test_an_error_can_be_no_regression_case() -> None:
    filled = read({"answer": "agree", "case": "yes"}, ERROR)
    assert "An error cannot be" in problems(filled, ERROR)[0]


@pytest.mark.parametrize("answer", ["", "delete", "AGREE"])
def test_there_is_no_other_answer(answer: str) -> None:
    filled = read({"answer": answer}, UNSAFE)
    assert problems(filled, UNSAFE) == ("Say whether you agree, overrule or skip.",)


def test_no_rule_can_be_set_to_what_it_is() -> None:
    for finding in UNSAFE.rules:
        assert finding.outcome not in choices(finding)
    assert read({"answer": "agree", "outcome-0": "violated"}, UNSAFE).chosen == {}


def test_characters_that_no_database_holds_are_left_out() -> None:
    filled = read({"answer": "agree", "note": "a\x00b\r\nc"}, UNSAFE)
    assert filled.note == "ab\nc"
