from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.asks import Failed, Graded, Recognition, Refused, Score, YesNo, answered
from cluejudge.errors import ModelError
from tests.judge.world import picture


def log(p: float) -> float:
    return math.log(p) if p > 0 else -math.inf


LOGS = st.floats(max_value=0, allow_nan=False)


@given(yes=LOGS, no=LOGS)
def test_p_yes_is_a_probability_and_no_is_the_rest(yes: float, no: float) -> None:
    p, q = YesNo(yes, no).p_yes, YesNo(no, yes).p_yes
    assert 0 <= p <= 1
    assert p + q == pytest.approx(1)
    assert (p > 0.5) <= (yes > no)


@given(yes=LOGS, no=LOGS)
def test_label_mass_is_a_probability(yes: float, no: float) -> None:
    assert 0 <= YesNo(yes, no).label_mass <= 1


@pytest.mark.parametrize(
    ("yes", "no", "p", "mass"),
    [
        (math.log(0.6), math.log(0.2), 0.75, 0.8),
        (-math.inf, 0.0, 0.0, 1.0),
        (0.0, -math.inf, 1.0, 1.0),
        (-math.inf, -math.inf, 0.5, 0.0),
        (-2000.0, 0.0, 0.0, 1.0),
    ],
)
def test_answers_in_numbers(yes: float, no: float, p: float, mass: float) -> None:
    answer = YesNo(yes, no)
    assert (answer.p_yes, answer.label_mass) == pytest.approx((p, mass))


def test_asks_about_equal_pixels_are_equal() -> None:
    assert Score(picture(1), "a cat") == Score(picture(1), "a cat")
    assert len({Score(picture(1), "a"), Score(picture(1), "a"), Score(None, "a")}) == 2
    assert Score(picture(1), "a cat") != Score(picture(2), "a cat")


@pytest.mark.parametrize(("score", "known"), [(0.49, False), (0.5, True), (math.nan, False)])
def test_what_is_familiar_enough_is_known(score: float, known: bool) -> None:
    assert Recognition(score, 0.5).known is known


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_what_is_not_told_cannot_leave_the_range(
    yes: float, no: float, unseen: float, told_yes: float, told_no: float
) -> None:
    total = yes + no or 1.0
    whole = YesNo(log(yes / total), log(no / total))
    hidden_yes, hidden_no = (1 - told_yes) * yes / total, (1 - told_no) * no / total
    slack = max(hidden_yes, hidden_no) + unseen * 0.1
    part = YesNo(log(told_yes * yes / total), log(told_no * no / total), slack, slack)
    low, high = part.p_range
    assert low - 1e-9 <= whole.p_yes <= high + 1e-9 or yes + no == 0
    assert whole.p_range == (whole.p_yes, whole.p_yes)


def test_all_answers_or_an_error() -> None:
    assert answered([YesNo(-1, -2)]) == [YesNo(-1, -2)]
    for missing in (Failed("too slow", retryable=True), Refused("too bold")):
        with pytest.raises(ModelError, match="too") as caught:
            answered([YesNo(-1, -2), missing])
        assert caught.value.retryable is isinstance(missing, Failed)


@given(p=st.floats(0, 1), bounds=st.lists(st.floats(0, 1), min_size=2, max_size=2, unique=True))
def test_a_grade_is_sure_at_its_bounds_and_beyond(p: float, bounds: list[float]) -> None:
    low, high = sorted(bounds)
    wanted = True if p >= high else False if p <= low else None
    assert Graded(p, low, high).violated is wanted
    assert Graded(p, low, None).violated is (False if p <= low else None)
    assert Graded(p, None, high).violated is (True if p >= high else None)
    assert Graded(p).violated is None
