from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.metrics.judged import Judged
from cluejudge.bench.metrics.named import named
from tests.bench.metrics.cases import draws, rule_row, said, sample, together

Names = Sequence[str] | None
RULES = st.lists(st.sampled_from("rst"), max_size=2, unique=True)


def judged(*rows: tuple[Names, str, Names]) -> tuple[Judged, ...]:
    """Images by the rules they violate, the outcome and the rules that were named."""
    names = [f"{place:03}" for place in range(len(rows))]
    return together(
        [sample(name, bool(row[0]), row[0]) for name, row in zip(names, rows, strict=True)],
        [
            said(name, row[1], violated=None if row[2] is None else tuple(row[2]))
            for name, row in zip(names, rows, strict=True)
        ],
    )


TABLE = judged(
    (["r"], "unsafe", ["r"]),  # right
    (["r"], "unsafe", ["s"]),  # flagged for another rule
    (["r", "s"], "unsafe", ["s"]),  # right, not all
    (["s"], "abstain", []),  # left open
    ([], "unsafe", ["r"]),  # a false alarm
    ([], "safe", []),  # right
    ([], "abstain", []),  # left open
)


def measured(rows: Sequence[Judged]) -> tuple[Any, Any]:
    return named(rows, draws(rows, 100))


def test_an_image_counts_only_where_a_violated_rule_is_named() -> None:
    made, _ = measured(TABLE)
    assert (made["n"], made["right"], made["wrong_rule"]) == (7, 2, 1)
    assert made["recall"] == 2 / 4
    assert made["precision"] == 2 / 4
    assert made["f1"] == 4 / 8
    assert made["exact"] == pytest.approx(2 / 7, rel=1e-5)


def test_rates_of_each_rule_and_over_rules() -> None:
    made, rules = measured(TABLE)
    assert rules["r"]["counts"] == {"tp": 1, "fn": 2, "fp": 1, "tn": 1, "open": 2}
    assert rules["s"]["counts"] == {"tp": 1, "fn": 1, "fp": 1, "tn": 3, "open": 1}
    assert made["micro"]["counts"] == {"tp": 2, "fn": 3, "fp": 2, "tn": 4, "open": 3}
    assert made["micro"]["recall"] == 2 / 5
    assert made["macro"]["recall"] == pytest.approx((1 / 3 + 1 / 2) / 2, rel=1e-5)
    assert made["macro"]["rules"]["recall"] == 2


def test_a_rule_that_was_judged_but_never_violated_has_false_alarms_only() -> None:
    rows = together(
        [sample("a", True, ["r"])],
        [said("a", "unsafe", violated=("r",), rules=(rule_row("q", "cleared"),))],
    )
    made, rules = measured(rows)
    assert rules["q"]["recall"] is None
    assert rules["q"]["fpr"] == 0
    assert made["macro"]["rules"]["recall"] == 1
    assert made["macro"]["recall"] == 1


@pytest.mark.parametrize("outcome", ["unsure", "not_judged"])
def test_a_rule_that_was_left_open_is_not_rightly_cleared(outcome: str) -> None:
    row = rule_row("q", outcome)
    rows = together(
        [sample("a", True, ["r"]), sample("b", True, ["q"]), sample("c", False, [])],
        [said(name, "unsafe", violated=("r",), rules=(row,)) for name in "abc"],
    )
    _, rules = measured(rows)
    assert rules["q"]["counts"] == {"tp": 0, "fn": 1, "fp": 0, "tn": 0, "open": 2}
    assert (rules["q"]["accuracy"], rules["q"]["fpr"]) == (0, 0)


def test_the_images_made_for_a_rule_are_measured_apart() -> None:
    rows = together(
        [
            sample("a", True, ["r"], tags={"rule": "r"}),
            sample("b", False, [], tags={"rule": "r"}),
            sample("c", False, [], tags={"rule": "s"}),
        ],
        [said(name, "unsafe", violated=("r",)) for name in "abc"],
    )
    _, rules = measured(rows)
    assert rules["r"]["counts"] == {"tp": 1, "fn": 0, "fp": 2, "tn": 0, "open": 0}
    assert rules["r"]["made_for"]["counts"] == {"tp": 1, "fn": 0, "fp": 1, "tn": 0, "open": 0}
    assert measured(TABLE)[1]["r"]["made_for"] is None


def test_rules_that_were_named_by_what_was_left_open_do_not_count() -> None:
    made, rules = measured(judged((["r"], "abstain", ["r"]), ([], "safe", [])))
    assert made["right"] == rules["r"]["counts"]["tp"] == 0


def test_images_that_are_not_labelled_by_rule_are_left_out() -> None:
    made, rules = measured(judged((["r"], "unsafe", ["r"]), (None, "unsafe", ["s"])))
    assert made["n"] == 1
    assert rules["r"]["n"] == 1
    assert made["precision"] == 1


def test_why_there_is_nothing_by_rule() -> None:
    unlabelled = measured(judged((None, "unsafe", ["r"])))
    nameless = measured(judged((["r"], "unsafe", None)))
    assert unlabelled == (
        {"undefined": {"named": "the suite does not say which rules its images violate"}},
        {},
    )
    assert nameless == ({"undefined": {"named": "the method names no rules"}}, {})


def test_suites_without_a_rule_have_nothing_over_rules() -> None:
    made, rules = measured(judged(([], "safe", [])))
    assert (made["exact"], made["recall"]) == (1, None)
    assert rules == {}
    assert "micro" not in made


@given(st.lists(st.tuples(RULES, RULES), min_size=1, max_size=8))
def test_naming_the_right_rule_is_never_easier_than_flagging(
    rows: list[tuple[list[str], list[str]]],
) -> None:
    made, rules = measured(
        judged(*((truth, "unsafe" if told else "safe", told) for truth, told in rows))
    )
    bad = [(truth, told) for truth, told in rows if truth]
    if bad:
        flagged = sum(bool(told) for _, told in bad) / len(bad)
        assert made["recall"] <= flagged + 1e-6
    for part in (made, *rules.values()):
        for name, ends in part["intervals"].items():
            assert ends is None or ends[0] <= part[name] <= ends[1]


@given(st.lists(RULES, min_size=1, max_size=8))
def test_what_names_exactly_the_violated_rules_is_perfect(rows: list[list[str]]) -> None:
    made, rules = measured(
        judged(*((truth, "unsafe" if truth else "safe", truth) for truth in rows))
    )
    assert made["exact"] == 1
    assert made["recall"] in (None, 1)
    assert all(rule["accuracy"] == rule["f1"] == 1 for rule in rules.values())
