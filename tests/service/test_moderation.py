"""From verdicts to OpenAI's results: only what was judged safe is not flagged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.compiled import load_compiled
from cluejudge.constitution import Severity
from cluejudge.errors import UsageError
from cluejudge.service.moderation import KEYS, Result, check_keys, keys_of, result, score
from cluejudge.service.stand import Told
from cluejudge.store.overruling import standing
from cluejudge.store.records import Decision, Standing
from cluejudge.verdict import (
    Answer,
    AtomFinding,
    AtomScores,
    Outcome,
    RuleFinding,
    RuleOutcome,
    Stage,
)
from tests.store.drafts import draft

RULES = load_compiled(
    """
name: streets
rules:
  - id: blood
    text: Blood is visible.
    categories: [violence/graphic, violence, other]
    chain: [blood]
  - {id: knife, text: A knife is visible., categories: [violence], chain: [a knife]}
  - {id: litter, text: Litter is visible., chain: [litter]}
"""
).rules
KEYS_OF = keys_of(RULES, {})
VIOLATED, CLEARED, UNSURE = RuleOutcome.VIOLATED, RuleOutcome.CLEARED, RuleOutcome.UNSURE


def decision(outcome: Outcome, **rules: RuleOutcome) -> Told:
    made = Decision(**draft(outcome, rules).model_dump(), seq=1, at="2026-01-01T00:00:00.000000Z")
    return Told.of(made, standing(made, ()))


def test_what_a_reviewer_overruled_counts_as_they_said() -> None:
    judged = decision(Outcome.UNSAFE, blood=VIOLATED, knife=CLEARED)
    cleared = result(Told.of(judged, Standing(outcome=Outcome.SAFE, reviewed="now")), KEYS_OF)
    assert (cleared.flagged, flagged(cleared)) == (False, set())
    assert max(cleared.category_scores.values()) < 0.5
    assert cleared.cluejudge.outcome is Outcome.UNSAFE
    other = Standing(outcome=Outcome.UNSAFE, violated=("knife",), reviewed="now")
    violated = result(Told.of(judged, other), KEYS_OF)
    assert flagged(violated) == {"violence"}
    assert (
        violated.category_scores["violence"] >= 0.5 > violated.category_scores["violence/graphic"]
    )


def flagged(told: Result) -> set[str]:
    return {key for key, true in told.categories.items() if true}


def test_rules_count_as_their_categories_or_as_they_are_mapped() -> None:
    assert KEYS_OF == {
        "blood": ("violence/graphic", "violence"),
        "knife": ("violence",),
        "litter": (),
    }
    mapped = keys_of(RULES, {"knife": (), "litter": ("illicit",), "gone": ("hate",)})
    assert mapped == {
        "blood": ("violence/graphic", "violence"),
        "knife": (),
        "litter": ("illicit",),
    }


def test_a_violated_rule_flags_what_it_counts_as() -> None:
    told = result(decision(Outcome.UNSAFE, blood=VIOLATED, knife=CLEARED), KEYS_OF)
    assert told.flagged is True
    assert flagged(told) == {"violence", "violence/graphic"}
    assert told.category_scores["violence/graphic"] >= 0.5
    assert told.category_applied_input_types["violence"] == ["image"]
    assert told.category_applied_input_types["hate"] == []
    assert told.cluejudge.violated == ("blood",)


def test_a_violated_rule_of_no_category_flags_the_image() -> None:
    told = result(decision(Outcome.UNSAFE, litter=VIOLATED), KEYS_OF)
    assert (told.flagged, flagged(told)) == (True, set())


@pytest.mark.parametrize("outcome", [Outcome.ABSTAIN, Outcome.ERROR])
def test_what_was_not_decided_is_flagged_without_a_category(outcome: Outcome) -> None:
    told = result(decision(outcome, blood=UNSURE), KEYS_OF)
    assert (told.flagged, flagged(told)) == (True, set())
    assert told.cluejudge.outcome is outcome
    assert told.category_scores["violence"] == 0.5


def test_only_safe_is_not_flagged() -> None:
    told = result(decision(Outcome.SAFE, blood=CLEARED, knife=RuleOutcome.IRRELEVANT), KEYS_OF)
    assert (told.flagged, flagged(told)) == (False, set())
    assert max(told.category_scores.values()) < 0.5


@given(
    st.sampled_from(Outcome),
    st.dictionaries(st.sampled_from(["blood", "knife", "litter"]), st.sampled_from(RuleOutcome)),
)
def test_every_result_has_the_thirteen_keys_and_flags_what_it_must(
    outcome: Outcome, rules: dict[str, RuleOutcome]
) -> None:
    told = result(decision(outcome, **rules), KEYS_OF)
    for part in ("categories", "category_scores", "category_applied_input_types"):
        assert tuple(getattr(told, part)) == KEYS
    assert told.flagged is (outcome is not Outcome.SAFE)
    violated = {key for rule, one in rules.items() if one is VIOLATED for key in KEYS_OF[rule]}
    assert flagged(told) == violated
    assert all(told.category_scores[key] >= 0.5 for key in violated)


def atom(
    image: float | None,
    *,
    negated: bool = False,
    reasoning: float | None = None,
    stage: Stage = Stage.PRIOR,
) -> AtomFinding:
    scores = AtomScores(image=image, reasoning=reasoning)
    return AtomFinding(
        text="x", negated=negated, answer=Answer.YES, decided_by=stage, scores=scores
    )


def finding(outcome: RuleOutcome, *groups: tuple[AtomFinding, ...]) -> RuleFinding:
    return RuleFinding(
        rule_id="r", text="x", severity=Severity.LOW, action="block", outcome=outcome, groups=groups
    )


@pytest.mark.parametrize(
    ("outcome", "groups", "expected"),
    [
        (VIOLATED, [(atom(0.9), atom(0.2)), (atom(0.8),)], 0.8),
        (VIOLATED, [(atom(0.9),), (atom(0.3, negated=True),)], 0.7),
        (VIOLATED, [(atom(0.2, reasoning=0.95, stage=Stage.REASONING),)], 0.95),
        (VIOLATED, [(atom(0.1),)], 0.5),
        (VIOLATED, [], 0.5),
        (CLEARED, [(atom(0.9),), (atom(0.1),)], 0.1),
        (CLEARED, [(atom(0.1),), (atom(None),)], 0.1),
        (CLEARED, [(atom(0.8),)], 0.4999),
        (UNSURE, [(atom(0.7),)], 0.7),
        (RuleOutcome.NOT_JUDGED, [], 0.5),
        (RuleOutcome.IRRELEVANT, [], 0.0),
    ],
)
def test_scores(
    outcome: RuleOutcome, groups: list[tuple[AtomFinding, ...]], expected: float
) -> None:
    assert score(finding(outcome, *groups)) == pytest.approx(expected)


def test_categories_that_are_none() -> None:
    check_keys({"a": ("hate", "sexual/minors"), "b": ()})
    with pytest.raises(UsageError, match=r"rule a: 'violense' .*did you mean violence"):
        check_keys({"a": ("violense",)})
    with pytest.raises(UsageError, match="they are harassment"):
        check_keys({"a": ("zzz",)})
