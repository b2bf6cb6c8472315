from __future__ import annotations

import pytest

from cluejudge.asks import Failed, Score
from cluejudge.compiled import ThresholdOverrides
from cluejudge.judge import Capabilities
from cluejudge.settings import Method, RelevanceText
from cluejudge.verdict import Cause, Outcome, RuleOutcome
from tests.judge.rules import atom, rule
from tests.judge.script import NO, YES, Script, finding, play

RULE = rule("r", atom("a cat"))
TEXT = RULE.text


def test_an_unknown_picture_abstains_before_it_looks_irrelevant() -> None:
    script = Script(known=0.49, cosines={TEXT: -1.0})
    verdict = play(script, RULE)
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.UNKNOWN_IMAGE)
    assert verdict.reason == "unlike what the models know"
    assert (verdict.familiarity, verdict.familiarity_bound) == (0.49, 0.5)
    assert finding(verdict).outcome is RuleOutcome.NOT_JUDGED
    assert finding(verdict).relevance is None
    assert len(script.asked) == 1


def test_a_picture_at_the_bound_is_known() -> None:
    assert play(Script(known=0.5, image={"a cat": NO}), RULE).outcome is Outcome.SAFE


def test_a_recogniser_that_fails_is_an_error_and_no_verdict() -> None:
    script = Script(known=Failed("no answer"), image={"a cat": YES})
    verdict = play(script, RULE)
    assert (verdict.outcome, verdict.cause) == (Outcome.ERROR, Cause.MODEL_FAILED)
    assert "no answer" in verdict.reason
    assert not script.put(Score)


def test_irrelevant_rules_are_not_asked() -> None:
    script = Script(cosines={TEXT: 0.21})
    verdict = play(script, RULE)
    assert verdict.outcome is Outcome.SAFE
    assert finding(verdict).outcome is RuleOutcome.IRRELEVANT
    assert (finding(verdict).relevance, finding(verdict).relevance_bound) == (0.21, 0.22)
    assert not script.put(Score)


@pytest.mark.parametrize(("bound", "asked"), [(0.3, True), (0.300001, False)])
def test_the_bound_is_the_rules_own_and_counts_as_relevant(bound: float, asked: bool) -> None:
    own = rule("r", atom("a cat"), thresholds=ThresholdOverrides(relevance=bound))
    script = Script(cosines={TEXT: 0.3}, image={"a cat": NO})
    assert bool(play(script, own) and script.put(Score)) is asked


def test_a_failed_relevance_scan_filters_nothing() -> None:
    script = Script(cosines=Failed("out of memory"), image={"a cat": YES})
    verdict = play(script, RULE)
    assert verdict.outcome is Outcome.UNSAFE
    assert "out of memory" in finding(verdict).reason


def test_relevance_may_be_measured_on_the_atoms_too_but_not_on_negated_ones() -> None:
    two = rule("r", atom("a cat"), atom("a doctor", negated=True))
    method = Method(relevance_text=RelevanceText.RULE_AND_ATOMS)
    by_atom = Script(cosines={TEXT: 0.0, "a cat": 0.5, "a doctor": 0.9}, image={"a cat": NO})
    assert finding(play(by_atom, two, method=method)).relevance == 0.5
    by_rule = Script(cosines={TEXT: 0.1}, image={"a cat": NO})
    assert finding(play(by_rule, two)).relevance == 0.1


@pytest.mark.parametrize(
    ("can", "method"),
    [(Capabilities(), Method()), (Capabilities(encoder=True), Method(relevance=False))],
)
def test_without_a_scan_every_rule_is_asked(can: Capabilities, method: Method) -> None:
    script = Script(cosines={TEXT: -1.0}, image={"a cat": YES})
    assert play(script, RULE, can=can, method=method).outcome is Outcome.UNSAFE


def test_recognition_and_relevance_are_one_list() -> None:
    script = Script(image={"a cat": NO})
    play(script, RULE)
    assert [type(ask).__name__ for ask in script.asked[0]] == ["Recognise", "Relate"]
