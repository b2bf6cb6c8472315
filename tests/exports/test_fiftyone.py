from __future__ import annotations

import pytest

from cluejudge.exports.fiftyone import sample
from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleOutcome
from tests.exports.rows import abstained, failed, review, unsafe


def test_classifications_and_a_relative_box() -> None:
    told = sample(unsafe())
    assert told["verdict"] == {"_cls": "Classification", "label": "unsafe"}
    assert [one["label"] for one in told["violated"]["classifications"]] == ["fire"]
    (box,) = told["boxes"]["detections"]
    assert box["bounding_box"] == pytest.approx([0.1, 0.1, 0.2, 0.3])
    assert (box["label"], box["confidence"]) == ("fire", 0.8)
    assert (told["metadata"]["width"], told["metadata"]["height"]) == (200, 100)


def test_a_review_changes_the_outcome_and_not_the_verdict() -> None:
    cleared = review(Answer.OVERRULE, Outcome.SAFE, fire=RuleOutcome.CLEARED)
    told = sample(unsafe(review=cleared))
    assert (told["verdict"]["label"], told["outcome"]["label"]) == ("unsafe", "safe")
    assert told["boxes"]["detections"] == []
    assert told["tags"] == ["reviewed"]


def test_what_was_not_decided_is_told_as_that() -> None:
    assert sample(abstained())["outcome"]["label"] == "abstain"
    assert sample(failed())["outcome"]["label"] == "error"
    assert "metadata" not in sample(failed())
