import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from cluejudge.bench.metrics.binary import WHY, cells, plain, rates, where_settled
from tests.bench.metrics.cases import OUTCOMES, draws, run

CASES = st.lists(st.tuples(st.booleans(), OUTCOMES), min_size=1, max_size=12)


def test_rates_by_hand() -> None:
    found = rates(np.array([6.0, 2.0, 3.0, 9.0, 4.0]))
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        {
            "recall": 6 / 8,
            "precision": 6 / 9,
            "fpr": 3 / 16,
            "accuracy": 15 / 24,
            "balanced_accuracy": (6 / 8 + 9 / 16) / 2,
            "f1": 12 / 17,
        }
    )


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_rates_are_those_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    bad, called = np.array(pairs).T
    if bad.all() or not bad.any():
        return
    found = rates(cells(bad, called).sum(axis=0))
    assert float(found["recall"]) == pytest.approx(metrics.recall_score(bad, called))
    assert float(found["accuracy"]) == pytest.approx(metrics.accuracy_score(bad, called))
    assert float(found["f1"]) == pytest.approx(metrics.f1_score(bad, called))
    balanced = metrics.balanced_accuracy_score(bad, called)
    assert float(found["balanced_accuracy"]) == pytest.approx(balanced)
    if called.any():
        assert float(found["precision"]) == pytest.approx(metrics.precision_score(bad, called))


@given(CASES)
def test_what_is_left_open_is_as_wrong_as_for_scikit_learn(case: list[tuple[bool, str]]) -> None:
    """What is left open is a third class there, which is never true."""
    truths = ["unsafe" if bad else "safe" for bad, _ in case]
    told = [outcome if outcome in {"safe", "unsafe"} else "open" for _, outcome in case]
    judged = run(*zip(*case, strict=True))
    made = plain(judged, draws(judged, 5))
    recalls = metrics.recall_score(
        truths, told, labels=["unsafe", "safe"], average=None, zero_division=np.nan
    )
    assert made["accuracy"] == pytest.approx(metrics.accuracy_score(truths, told), rel=1e-5)
    if not np.isnan(recalls).any():
        assert made["balanced_accuracy"] == pytest.approx(recalls.mean(), rel=1e-5)


def test_what_is_left_open_is_not_flagged_and_left_out_where_settled() -> None:
    judged = run(
        [True, True, True, False, False, False],
        ["unsafe", "abstain", "safe", "error", "unsafe", "safe"],
    )
    all_images, settled = plain(judged, draws(judged)), where_settled(judged, draws(judged))
    assert all_images["counts"] == {"tp": 1, "fn": 2, "fp": 1, "tn": 1, "open": 1}
    assert settled["counts"] == {"tp": 1, "fn": 1, "fp": 1, "tn": 1, "open": 0}
    assert (all_images["accuracy"], all_images["fpr"]) == pytest.approx((2 / 6, 1 / 3), rel=1e-5)
    assert (all_images["n"], settled["n"]) == (6, 4)
    assert settled["coverage"] == pytest.approx(4 / 6, rel=1e-5)


def test_each_number_that_is_undefined_says_why() -> None:
    judged = run([False, False], ["safe", "abstain"])
    made = plain(judged, draws(judged))
    assert (made["fpr"], made["accuracy"]) == (0, 0.5)
    for name in ("recall", "precision", "balanced_accuracy", "f1"):
        assert made[name] is None
        assert made["undefined"][name] == WHY[name]
        assert made["intervals"][name] is None


@pytest.mark.parametrize("outcome", ["abstain", "error"])
def test_what_never_decides_is_never_right(outcome: str) -> None:
    judged = run([True, False, False], [outcome] * 3)
    made = plain(judged, draws(judged))
    for name in ("accuracy", "balanced_accuracy", "recall", "f1", "fpr"):
        assert made[name] == 0
    settled = where_settled(judged, draws(judged))
    assert settled["accuracy"] is settled["fpr"] is None


def test_nothing_at_all_is_undefined_and_no_error() -> None:
    made = where_settled((), draws(()))
    assert made["n"] == 0
    assert made["coverage"] is None
    assert made["undefined"].keys() >= WHY.keys()


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_what_is_always_right_has_the_best_of_all_numbers(truths: list[bool]) -> None:
    judged = run(truths, ["unsafe" if truth else "safe" for truth in truths])
    made = plain(judged, draws(judged, 20))
    for name in WHY:
        assert made[name] in (None, 0 if name == "fpr" else 1)
    assert made["accuracy"] == 1


@given(CASES)
def test_intervals_hold_their_numbers(case: list[tuple[bool, str]]) -> None:
    judged = run(*zip(*case, strict=True))
    for made in (plain(judged, draws(judged, 40)), where_settled(judged, draws(judged, 40))):
        for name, ends in made["intervals"].items():
            assert ends is None or ends[0] <= made[name] <= ends[1]


@given(CASES, st.data())
def test_to_abstain_more_never_raises_recall_accuracy_nor_the_false_alarms(
    case: list[tuple[bool, str]], data: st.DataObject
) -> None:
    judged = run(*zip(*case, strict=True))
    place = data.draw(st.integers(0, len(case) - 1))
    open_now = list(case)
    open_now[place] = (case[place][0], "abstain")
    less = run(*zip(*open_now, strict=True))
    before, after = plain(judged, draws(judged, 5)), plain(less, draws(less, 5))
    for name in ("recall", "fpr", "accuracy"):
        assert after[name] is None or after[name] <= before[name]
