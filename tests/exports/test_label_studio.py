from __future__ import annotations

from typing import Any

import pytest

from cluejudge.exports.label_studio import task
from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleOutcome
from tests.exports.rows import abstained, review, unsafe


def choices(result: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {one["from_name"]: one["value"]["choices"] for one in result if one["type"] == "choices"}


def boxes(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in result if one["type"] == "rectanglelabels"]


def test_the_verdict_is_a_prediction() -> None:
    told = task(unsafe())
    (prediction,) = told["predictions"]
    assert prediction["model_version"] == "streets 1"
    assert choices(prediction["result"]) == {"outcome": ["unsafe"], "rules": ["fire"]}
    assert "annotations" not in told


def test_boxes_are_in_percent() -> None:
    (box,) = boxes(task(unsafe())["predictions"][0]["result"])
    value = box["value"]
    assert [value[name] for name in ("x", "y", "width", "height")] == pytest.approx(
        [10, 10, 20, 30]
    )
    assert value["rectanglelabels"] == ["fire"]
    assert (box["original_width"], box["original_height"], box["score"]) == (200, 100, 0.8)


def test_ids_are_distinct_and_all_is_about_the_image() -> None:
    result = task(unsafe())["predictions"][0]["result"]
    assert len({one["id"] for one in result}) == len(result)
    assert {one["to_name"] for one in result} == {"image"}


def test_a_review_is_an_annotation_and_leaves_the_prediction_as_it_was() -> None:
    cleared = review(Answer.OVERRULE, Outcome.SAFE, fire=RuleOutcome.CLEARED)
    told = task(unsafe(review=cleared))
    assert choices(told["predictions"][0]["result"])["outcome"] == ["unsafe"]
    (annotation,) = told["annotations"]
    assert choices(annotation["result"]) == {"outcome": ["safe"]}
    assert boxes(annotation["result"]) == []


def test_an_abstention_is_a_choice_of_its_own() -> None:
    assert choices(task(abstained())["predictions"][0]["result"]) == {"outcome": ["abstain"]}
