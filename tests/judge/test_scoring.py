from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.judge.scoring import (
    Debiased,
    all_of,
    any_of,
    debias,
    log_odds,
    middle_test,
    region_test,
    token_test,
)
from cluejudge.settings import Debias, Thresholds

P = st.floats(0, 1)
SHARES = st.floats(0, 3)
PAPER = Thresholds()


@given(image=P, prior=P, how=st.sampled_from(Debias), low=SHARES, high=SHARES)
def test_scores_and_bounds_are_finite_and_ordered(
    image: float, prior: float, how: Debias, low: float, high: float
) -> None:
    got = debias(image, prior, Thresholds(prior_low=low, prior_high=high), how)
    assert all(map(math.isfinite, (got.score, got.low, got.high)))
    assert got.low <= got.high


@given(image=P, prior=P, how=st.sampled_from(Debias))
def test_bounds_that_take_all_the_way_leave_everything_open(
    image: float, prior: float, how: Debias
) -> None:
    never = Thresholds(prior_low=1.5, prior_high=1.5)
    assert token_test(debias(image, prior, never, how)) is None


@given(prior=P, how=st.sampled_from(Debias))
def test_a_higher_score_never_turns_yes_into_no(prior: float, how: Debias) -> None:
    rank = {False: 0, None: 1, True: 2}
    answers = [token_test(debias(step / 50, prior, PAPER, how)) for step in range(51)]
    assert [rank[a] for a in answers] == sorted(rank[a] for a in answers)


@given(image=P)
def test_with_a_prior_of_one_half_all_ways_agree(image: float) -> None:
    edges = (0.35, 0.9)
    answers = {token_test(debias(image, 0.5, PAPER, how)) for how in Debias}
    assert len(answers) == 1 or any(math.isclose(image, edge) for edge in edges)


@given(image=P, priors=st.tuples(P, P))
def test_without_debiasing_the_prior_is_not_used(image: float, priors: tuple[float, float]) -> None:
    first, second = (debias(image, prior, PAPER, Debias.NONE) for prior in priors)
    assert first == second


def test_the_paper_in_numbers() -> None:
    got = debias(0.7, 0.2, PAPER, Debias.DIFFERENCE)
    assert (got.score, got.low, got.high) == pytest.approx((0.5, -0.06, 0.64))


def test_log_odds_in_numbers() -> None:
    got = debias(0.9, 0.25, PAPER, Debias.LOG_ODDS)
    assert got.score == pytest.approx(math.log(9 * 3))
    assert (got.low, got.high) == pytest.approx((math.log(0.35 / 0.65), math.log(9)))


@given(p=P)
def test_log_odds_are_finite_and_odd(p: float) -> None:
    assert math.isfinite(log_odds(p))
    assert log_odds(p) == pytest.approx(-log_odds(1 - p), abs=1e-6)


@pytest.mark.parametrize("how", Debias)
def test_nan_decides_nothing(how: Debias) -> None:
    got = debias(math.nan, 0.5, PAPER, how)
    assert token_test(got) is None
    assert middle_test(got) is None
    assert region_test(math.nan, 0.1, 0.6) is None
    assert region_test(0.9, math.nan, 0.6) is None
    assert middle_test(Debiased(0.5, math.nan, 1.0)) is None


def test_bounds_themselves_are_open() -> None:
    assert token_test(Debiased(0.1, 0.1, 0.5)) is None
    assert token_test(Debiased(0.5, 0.1, 0.5)) is None
    assert region_test(0.75, 0.25, 0.5) is None


@pytest.mark.parametrize(("score", "over"), [(0.29, False), (0.3, False), (0.31, True)])
def test_the_middle(score: float, over: bool) -> None:
    assert middle_test(Debiased(score, 0.1, 0.5)) is over


@pytest.mark.parametrize("values", list(product((True, False, None), repeat=3)))
def test_kleene_logic_is_what_all_readings_of_none_agree_on(
    values: tuple[bool | None, ...],
) -> None:
    choices = [(True, False) if value is None else (value,) for value in values]
    for kleene, plain in ((all_of, all), (any_of, any)):
        readings = {plain(reading) for reading in product(*choices)}
        assert kleene(values) is (readings.pop() if len(readings) == 1 else None)


@pytest.mark.parametrize(("image", "prior"), [(1.0, 0.0), (0.0, 1.0)])
@pytest.mark.parametrize("how", Debias)
def test_nor_do_the_furthest_scores_reach_them(image: float, prior: float, how: Debias) -> None:
    never = Thresholds(prior_low=1.5, prior_high=1.5)
    assert token_test(debias(image, prior, never, how)) is None
