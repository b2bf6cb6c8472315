import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.metrics.binary import cells
from cluejudge.bench.metrics.intervals import Resamples
from cluejudge.bench.metrics.judged import Flags
from cluejudge.bench.metrics.paired import bootstrap_p, compare, holm, mcnemar, summary

P_VALUES = st.lists(st.floats(0, 1), max_size=8)


def array(text: str) -> Flags:
    return np.array([letter == "1" for letter in text])


def test_mcnemar_by_hand() -> None:
    # Six images tell the two apart, five for the first: 2 (1 + 6) / 2^6.
    first, second = array("1111100011"), array("0000010011")
    only_first, only_second, p = mcnemar(first, second)
    assert (only_first, only_second) == (5, 1)
    assert p == pytest.approx(14 / 64)


def test_what_never_differs_is_no_difference() -> None:
    assert mcnemar(array("101"), array("101")) == (0, 0, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_mcnemar_is_the_same_from_both_sides(pairs: list[tuple[bool, bool]]) -> None:
    first, second = np.array(pairs).T
    ours, theirs = mcnemar(first, second), mcnemar(second, first)
    assert ours[:2] == theirs[1::-1]
    assert ours[2] == pytest.approx(theirs[2])
    assert 0 < ours[2] <= 1


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.7, 0.6]) == [1, 1]


def test_a_test_that_could_not_be_made_counts_for_none() -> None:
    adjusted = holm([0.02, math.nan, 0.5])
    assert adjusted[0] == pytest.approx(0.04)
    assert math.isnan(adjusted[1])


@given(P_VALUES)
def test_holm_keeps_order_and_lies_between_the_value_and_bonferroni(values: list[float]) -> None:
    adjusted = holm(values)
    for before, after in zip(values, adjusted, strict=True):
        assert before <= after <= min(1, len(values) * before) + 1e-12
    order = np.argsort(values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


def test_p_of_resamples_by_hand() -> None:
    assert bootstrap_p(np.array([1.0] * 99)) == pytest.approx(2 / 100)
    assert bootstrap_p(np.array([-1.0] * 4 + [1.0] * 95)) == pytest.approx(2 * 5 / 100)
    assert bootstrap_p(np.zeros(99)) == 1
    assert math.isnan(bootstrap_p(np.array([1.0] * 90 + [np.nan] * 10)))


BAD = np.arange(60) < 30
PERFECT = cells(BAD, BAD)
POOR = cells(BAD, np.arange(60) % 2 == 0)
WRONG = cells(BAD, ~BAD)


def test_a_method_does_not_differ_from_itself() -> None:
    found = compare({"a": POOR, "b": POOR}, [("a", "b")], Resamples(BAD, 0, 200))
    pair = summary(found)["a|b"]
    assert pair["mcnemar"] == {"only_first": 0, "only_second": 0, "p": 1, "holm": 1}
    assert (pair["f1_difference"], pair["f1_p"], pair["f1_holm"]) == (0, 1, 1)
    assert pair["intervals"] == {"f1_difference": [0, 0]}


def test_a_perfect_method_differs_from_chance() -> None:
    each = {"perfect": PERFECT, "chance": POOR}
    found = compare(each, [("perfect", "chance")], Resamples(BAD, 0, 999))
    pair = summary(found)["perfect|chance"]
    assert pair["n"] == 60
    assert pair["mcnemar"]["only_first"] == 30
    assert pair["f1_difference"] == 0.5
    assert pair["f1_p"] == pytest.approx(0.002)
    low, high = pair["intervals"]["f1_difference"]
    assert 0.3 < low < 0.5 < high < 0.7


def test_to_decide_nothing_is_right_about_no_image() -> None:
    silent, safe = (np.zeros(60, dtype=np.bool_) for _ in range(2))
    each = {"safe": cells(BAD, safe), "silent": cells(BAD, safe, decided=silent)}
    pair = summary(compare(each, [("safe", "silent")], Resamples(BAD, 0, 200)))["safe|silent"]
    assert (pair["mcnemar"]["only_first"], pair["mcnemar"]["only_second"]) == (30, 0)
    assert pair["mcnemar"]["p"] < 1e-6
    assert (pair["f1_difference"], pair["f1_p"]) == (0, 1)


def test_both_tests_are_adjusted_over_all_pairs() -> None:
    each = {"a": PERFECT, "b": POOR, "c": WRONG}
    found = compare(each, [("a", "b"), ("a", "c"), ("b", "c")], Resamples(BAD, 0, 200))
    made = summary(found)
    raw = [pair["mcnemar"]["p"] for pair in made.values()]
    adjusted = [pair["mcnemar"]["holm"] for pair in made.values()]
    assert adjusted == pytest.approx(holm(raw), rel=1e-5)
    assert adjusted != pytest.approx(raw)
    f1s = [pair["f1_p"] for pair in made.values()]
    assert [pair["f1_holm"] for pair in made.values()] == pytest.approx(holm(f1s), rel=1e-4)


def test_without_any_f1_there_is_no_difference_of_it() -> None:
    none = np.zeros(5, dtype=np.bool_)
    each = {name: cells(none, none) for name in "ab"}
    found = compare(each, [("a", "b")], Resamples(none, 0, 50))
    pair = summary(found)["a|b"]
    assert pair["f1_difference"] is pair["f1_p"] is pair["f1_holm"] is None
    assert set(pair["undefined"]) == {"f1_difference", "f1_p"}


def test_the_interval_of_a_true_difference_shrinks_with_the_images() -> None:
    def width(times: int) -> float:
        each = {"a": np.tile(POOR, (times, 1)), "b": np.tile(PERFECT, (times, 1))}
        resamples = Resamples(np.tile(BAD, times), 0, 400)
        pair = summary(compare(each, [("a", "b")], resamples))["a|b"]
        low, high = pair["intervals"]["f1_difference"]
        return float(high - low)

    assert width(9) == pytest.approx(width(1) / 3, rel=0.25)
