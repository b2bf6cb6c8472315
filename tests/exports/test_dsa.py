from __future__ import annotations

import json
import re

import pytest

from cluejudge.exports.dsa import CATEGORIES, OTHER, statement
from cluejudge.exports.rows import Row
from cluejudge.exports.wording import found
from cluejudge.store.records import Answer
from cluejudge.verdict import Outcome, RuleFinding, RuleOutcome, StudentFinding
from tests.exports.rows import FIRE, abstained, failed, fire, review, row, safe, unsafe
from tests.store.drafts import rule

VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"
FOUND = review(Answer.OVERRULE, Outcome.UNSAFE, fire=RuleOutcome.VIOLATED)
MISSED = review(Answer.OVERRULE, Outcome.UNSAFE, flag=RuleOutcome.VIOLATED)
AGREED = review(Answer.AGREE, Outcome.UNSAFE)
CLEARED = review(Answer.OVERRULE, Outcome.SAFE, fire=RuleOutcome.CLEARED)


def test_the_fields_of_a_statement() -> None:
    told = statement(unsafe())
    assert told is not None
    assert told["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert told["incompatible_content_ground"] == "constitution streets, version 1: fire"
    assert told["incompatible_content_explanation"] == "fire: No fire."
    assert told["content_type"] == ["CONTENT_TYPE_IMAGE"]
    assert told["application_date"] == "2026-03-04"
    assert "a person on fire" in told["decision_facts"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,500}", told["puid"])


@pytest.mark.parametrize(
    ("decided", "detection", "decision"),
    [
        (unsafe(), "Yes", "FULLY"),
        (unsafe(review=AGREED), "Yes", "PARTIALLY"),
        (unsafe(review=review(Answer.SKIP, Outcome.UNSAFE)), "Yes", "FULLY"),
        (abstained(review=FOUND), "Yes", "NOT_AUTOMATED"),
        (safe(review=MISSED), "No", "NOT_AUTOMATED"),
    ],
)
def test_who_found_it_and_who_decided(decided: Row, detection: str, decision: str) -> None:
    told = statement(decided)
    assert told is not None
    assert told["automated_detection"] == detection
    assert told["automated_decision"] == f"AUTOMATED_DECISION_{decision}"


@pytest.mark.parametrize("other", [safe(), abstained(), failed(), unsafe(review=CLEARED)])
def test_only_what_stands_as_unsafe_has_a_statement(other: Row) -> None:
    assert statement(other) is None


@pytest.mark.parametrize("decided", [unsafe(review=AGREED), abstained(review=FOUND)])
def test_no_names_notes_or_free_texts(decided: Row) -> None:
    told = json.dumps(statement(decided))
    assert "secret" not in told
    assert "John Smith" not in told


def test_categories_come_from_the_rules_that_name_them() -> None:
    both = row(
        Outcome.UNSAFE,
        fire(),
        rule("flag", RuleOutcome.VIOLATED),
        categories={FIRE: ("violence", VIOLENCE), "flag": (VIOLENCE, OTHER)},
    )
    told = statement(both)
    assert told is not None
    assert (told["category"], told["category_addition"]) == (VIOLENCE, [OTHER])
    plain = statement(unsafe(categories={FIRE: ("violence",)}))
    assert plain is not None
    assert plain["category"] == OTHER
    assert "category_addition" not in plain
    assert {VIOLENCE, OTHER} <= CATEGORIES


def test_texts_are_cut_to_what_the_database_takes() -> None:
    many = [
        rule(f"rule-{number}", RuleOutcome.VIOLATED).model_copy(
            update={"text": "x" * 90, "groups": fire().groups}
        )
        for number in range(100)
    ]
    told = statement(row(Outcome.UNSAFE, *many))
    assert told is not None
    assert len(told["incompatible_content_ground"]) == 500
    assert len(told["incompatible_content_explanation"]) == 2000
    assert len(told["decision_facts"]) == 5000
    assert told["decision_facts"].endswith("…")


def test_what_a_student_found_is_told_as_such() -> None:
    said = {"groups": (), "student": StudentFinding(p=0.968, low=0.1, high=0.9)}
    violated: RuleFinding = fire().model_copy(update=said)
    assert found(violated).endswith("by a model that learnt from the judge (P 0.97)")
    assert found(fire(RuleOutcome.CLEARED).model_copy(update=said)) == ""
