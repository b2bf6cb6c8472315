from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import UsageError
from cluejudge.store.overruling import OPEN, checked, outcome_after, violated_after
from cluejudge.store.records import Answer, Decision, ReviewDraft, RuleOverride
from cluejudge.verdict import Outcome, RuleOutcome, Verdict
from tests.store.drafts import draft

VIOLATED, CLEARED = RuleOutcome.VIOLATED, RuleOutcome.CLEARED
UNSURE, IRRELEVANT = RuleOutcome.UNSURE, RuleOutcome.IRRELEVANT

findings = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(list(RuleOutcome)), min_size=1
)


def decision(outcome: Outcome, rules: Mapping[str, RuleOutcome]) -> Decision:
    return Decision(**dict(draft(outcome, rules)), seq=1, at="2026-01-31T09:00:00.000000Z")


def verdict_of(rules: Mapping[str, RuleOutcome]) -> Verdict:
    """The verdict that a judge would come to."""
    outcome = Outcome.SAFE if OPEN.isdisjoint(rules.values()) else Outcome.ABSTAIN
    if VIOLATED in rules.values():
        outcome = Outcome.UNSAFE
    return draft(outcome, rules).verdict


def override(rule: str, outcome: RuleOutcome, reason: str = "I see it") -> RuleOverride:
    return RuleOverride(rule_id=rule, outcome=outcome, reason=reason)


def review(outcome: Outcome, *overrides: RuleOverride, **fields: Any) -> ReviewDraft:
    facts = {"decision_id": "dec_1", "reviewer": "ana", "answer": Answer.OVERRULE}
    return ReviewDraft(**{**facts, "outcome": outcome, "overrides": overrides, **fields})


@given(findings, st.data())
def test_the_outcome_is_that_of_a_verdict_with_these_rules(
    rules: dict[str, RuleOutcome], data: st.DataObject
) -> None:
    said = data.draw(
        st.dictionaries(st.sampled_from(sorted(rules)), st.sampled_from([VIOLATED, CLEARED]))
    )
    overrides = [override(*each) for each in said.items()]
    expected = verdict_of(rules | said)
    assert outcome_after(verdict_of(rules), overrides) is expected.outcome
    assert violated_after(verdict_of(rules), overrides) == expected.violated


@given(findings)
def test_nothing_is_safe_while_a_rule_is_open(rules: dict[str, RuleOutcome]) -> None:
    cleared = [override(rule, CLEARED) for rule in list(rules)[1:]]
    after = outcome_after(verdict_of(rules), cleared)
    if next(iter(rules.values())) in OPEN:
        assert after is Outcome.ABSTAIN


def test_an_error_stays_one_while_a_rule_is_open() -> None:
    error = decision(Outcome.ERROR, {"a": UNSURE, "b": UNSURE}).verdict
    assert outcome_after(error, [override("a", CLEARED)]) is Outcome.ERROR
    assert outcome_after(error, [override("a", VIOLATED)]) is Outcome.UNSAFE
    both = [override("a", CLEARED), override("b", CLEARED)]
    assert outcome_after(error, both) is Outcome.SAFE


def test_texts_are_trimmed() -> None:
    found = decision(Outcome.UNSAFE, {"a": VIOLATED})
    draft_ = review(Outcome.SAFE, override("a", CLEARED, "  a toy \n"), note=" see above ")
    kept = checked(draft_, found)
    assert (kept.overrides[0].reason, kept.note) == ("a toy", "see above")


@pytest.mark.parametrize("answer", [Answer.AGREE, Answer.SKIP])
def test_who_does_not_overrule_changes_nothing(answer: Answer) -> None:
    found = decision(Outcome.UNSAFE, {"a": VIOLATED})
    assert checked(review(Outcome.UNSAFE, answer=answer), found).outcome is Outcome.UNSAFE
    with pytest.raises(UsageError, match=f"says {answer} overrides no rule"):
        checked(review(Outcome.SAFE, override("a", CLEARED), answer=answer), found)
    with pytest.raises(UsageError, match="after this review is unsafe, not safe"):
        checked(review(Outcome.SAFE, answer=answer), found)


@pytest.mark.parametrize(
    ("draft_", "said"),
    [
        (review(Outcome.UNSAFE), "needs a rule"),
        (review(Outcome.UNSAFE, override("a", VIOLATED)), "a is violated already"),
        (review(Outcome.UNSAFE, override("b", CLEARED)), "b is cleared already"),
        (review(Outcome.UNSAFE, override("c", CLEARED)), "c is irrelevant already"),
        (
            review(Outcome.SAFE, override("a", CLEARED), override("b", CLEARED)),
            "b is cleared already",
        ),
        (review(Outcome.UNSAFE, override("x", VIOLATED)), "no rule 'x'"),
        (review(Outcome.SAFE, override("a", UNSURE)), "to violated or cleared"),
        (review(Outcome.SAFE, override("a", CLEARED, " \n")), "say why a is overruled"),
        (review(Outcome.SAFE, override("a", CLEARED), override("a", CLEARED)), "once in a review"),
        (review(Outcome.UNSAFE, override("a", CLEARED)), "is safe, not unsafe"),
        (review(Outcome.SAFE, override("a", CLEARED, "x" * 10_001)), "more than 10000"),
        (review(Outcome.SAFE, override("a", CLEARED, "\x00")), "cannot be written"),
        (review(Outcome.SAFE, override("a", CLEARED), note="\ud800"), "cannot be written"),
    ],
)
def test_overruling_that_is_refused(draft_: ReviewDraft, said: str) -> None:
    found = decision(Outcome.UNSAFE, {"a": VIOLATED, "b": CLEARED, "c": IRRELEVANT})
    with pytest.raises(UsageError, match=said):
        checked(draft_, found)


def test_where_no_rule_was_judged_none_can_be_overruled() -> None:
    unreadable = decision(Outcome.ERROR, {})
    with pytest.raises(UsageError, match="no rule was judged"):
        checked(review(Outcome.UNSAFE, override("a", VIOLATED)), unreadable)
    assert checked(review(Outcome.ERROR, answer=Answer.AGREE), unreadable).overrides == ()
