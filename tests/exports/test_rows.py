from __future__ import annotations

from dataclasses import replace

from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleOutcome
from tests.exports.rows import FIRE, FLAG, review, safe, unsafe


def test_without_a_review_the_verdict_stands() -> None:
    assert (unsafe().outcome, unsafe().violated) == (Outcome.UNSAFE, (FIRE,))


def test_a_skip_says_nothing() -> None:
    skipped = unsafe(review=review(Answer.SKIP, Outcome.UNSAFE))
    assert skipped.review is None
    assert skipped.outcome is Outcome.UNSAFE


def test_the_newest_review_counts() -> None:
    cleared = review(Answer.OVERRULE, Outcome.SAFE, fire=RuleOutcome.CLEARED)
    back = review(Answer.AGREE, Outcome.UNSAFE)
    skip = review(Answer.SKIP, Outcome.UNSAFE)
    row = unsafe()
    assert replace(row, reviews=(back, cleared, skip)).outcome is Outcome.SAFE
    assert replace(row, reviews=(back, cleared, skip)).violated == ()
    assert replace(row, reviews=(cleared, back)).violated == (FIRE,)


def test_a_missed_rule_is_violated_after_the_review() -> None:
    row = safe(review=review(Answer.OVERRULE, Outcome.UNSAFE, flag=RuleOutcome.VIOLATED))
    assert row.violated == (FLAG,)
    assert [found.rule_id for found in row.findings()] == [FLAG]
