from __future__ import annotations

from cluejudge.exports.llavaguard import rating
from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleOutcome
from tests.exports.rows import abstained, failed, review, safe, unsafe


def test_unsafe_with_the_rule_and_what_was_found() -> None:
    told = rating(unsafe())
    assert told is not None
    assert (told["rating"], told["category"]) == ("Unsafe", "fire: No fire.")
    assert "a person on fire (score +0.90)" in told["rationale"]
    assert "not visible: a fire engine" in told["rationale"]


def test_safe() -> None:
    told = rating(safe())
    assert told is not None
    assert (told["rating"], told["category"]) == ("Safe", "NA: None applying")


def test_a_review_counts_with_its_reason() -> None:
    found = review(Answer.OVERRULE, Outcome.UNSAFE, fire=RuleOutcome.VIOLATED)
    told = rating(abstained(review=found))
    assert told is not None
    assert told["rating"] == "Unsafe"
    assert "A reviewer said fire is violated: secret reason" in told["rationale"]
    cleared = review(Answer.OVERRULE, Outcome.SAFE, fire=RuleOutcome.CLEARED)
    told = rating(unsafe(review=cleared))
    assert told is not None
    assert told["rating"] == "Safe"
    assert "A reviewer said fire is cleared" in told["rationale"]


def test_what_was_not_decided_is_left_out() -> None:
    assert rating(abstained()) is None
    assert rating(failed()) is None
