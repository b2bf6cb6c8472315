from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.distill.bands import (
    CLEARED,
    OPEN,
    VIOLATED,
    Floats,
    States,
    alarming,
    clearing,
    following,
    most_wrong,
    proved,
    spared,
    surest,
)

RISK = 0.05


def bound(at: Floats, wrong_at: Floats, start: float, risk: float = RISK) -> float | None:
    return proved(at, wrong_at, following(start, at), risk, 0.95)


def drawn(seed: int, count: int, bias: float) -> tuple[Floats, States]:
    """Probabilities, and states drawn by them."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(bias, 4, count)
    p = 1 / (1 + np.exp(-logits))
    return p, np.where(generator.random(count) < p, VIOLATED, CLEARED).astype(np.int8)


def some(wrong: int, total: int, confidence: float) -> float:
    return float(most_wrong(np.array([wrong]), np.array([total]), confidence)[0])


@given(st.integers(1, 120), st.data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_a_share_as_large_as_the_bound_is_as_unlikely_as_said(
    total: int, data: st.DataObject, confidence: float
) -> None:
    wrong = data.draw(st.integers(0, total))
    bound = some(wrong, total, confidence)
    if wrong == total:
        assert bound == 1
        return
    seen = sum(
        math.comb(total, k) * bound**k * (1 - bound) ** (total - k) for k in range(wrong + 1)
    )
    assert seen == pytest.approx(1 - confidence, abs=1e-6)


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 900),
    bias=st.floats(-6, 6),
    decimals=st.sampled_from([1, 3, 15]),
    risk=st.floats(0.01, 0.4),
)
def test_what_is_decided_was_proved_and_who_risks_more_decides_more(
    seed: int, count: int, bias: float, decimals: int, risk: float
) -> None:
    p, states = drawn(seed, count, bias)
    p = p.round(decimals)
    for at, wrong_at in (clearing(p, states != CLEARED), alarming(p[:, None], states[:, None])):
        start = surest(at, wrong_at, 0.95)
        if start is None:
            continue
        assert start in at
        found = bound(at, wrong_at, start, risk)
        bolder = bound(at, wrong_at, start, 2 * risk)
        if found is None:
            continue
        assert bolder is not None
        assert bolder >= found >= start
        wrong = int((wrong_at <= found).sum())
        assert some(wrong, int((at <= found).sum()), 0.95) <= risk


@pytest.mark.parametrize("bias", [-6.0, -2.0, 0.0])
def test_the_risk_holds_for_pictures_to_come(bias: float) -> None:
    """The true risk is over it in no more than one of twenty fits, as far as 150 can tell."""
    over = 0
    fits = 150
    truth, _ = drawn(10**6, 100_000, bias)
    start = float(np.quantile(truth, 0.3))
    for seed in range(fits):
        p, states = drawn(seed, 500, bias)
        low = bound(*clearing(p, states != CLEARED), start)
        over += low is not None and truth[truth <= low].mean() > RISK
    assert over <= 0.05 * fits + 2 * math.sqrt(0.05 * 0.95 * fits)


def test_a_bound_after_one_that_fails_is_not_reached() -> None:
    p = np.linspace(0, 0.4, 1000)
    wrong = np.zeros(1000, bool)
    wrong[200:240] = True
    low = bound(*clearing(p, wrong), float(p[150]))
    assert low is not None
    assert p[150] <= low < p[240]
    assert bound(*clearing(p, wrong), float(p[240])) is None


def test_what_is_likely_is_never_cleared_and_what_is_not_never_called_violated() -> None:
    p = np.linspace(0, 1, 2000)
    low = bound(*clearing(p, np.zeros(2000, bool)), 0.1)
    high = bound(*alarming(p[:, None], np.ones((2000, 1), np.int8)), -0.9)
    assert low is not None
    assert high is not None
    assert low < 0.5 <= -high < 0.51


def test_what_the_judge_left_open_is_no_violation() -> None:
    p = np.linspace(0, 1, 2000)[:, None]
    assert bound(*alarming(p, np.full((2000, 1), OPEN, np.int8)), -0.9) is None


def test_what_must_not_be_decided_is_not() -> None:
    p = np.full((1000, 1), np.inf)
    at, _ = clearing(p[:, 0], np.zeros(1000, bool))
    assert np.isinf(at).all()
    at, _ = alarming(p, np.ones((1000, 1), np.int8))
    assert (at == np.inf).all()
    assert surest(at, at, 0.95) is None


def test_too_few_pictures_prove_nothing() -> None:
    assert bound(*clearing(np.full(30, 0.01), np.zeros(30, bool)), 0.01) is None


@given(seed=st.integers(0, 1000), count=st.integers(0, 500), missed=st.floats(0.01, 0.9))
def test_no_more_violations_are_cleared_than_may_be(seed: int, count: int, missed: float) -> None:
    p, states = drawn(seed, count, -2)
    most = spared(p, states, missed)
    violations = int((states == VIOLATED).sum())
    cleared = int((p[states == VIOLATED] <= most).sum())
    assert (cleared + 1) / (violations + 1) <= missed + 1e-9 or most == -np.inf


def test_without_violations_nothing_is_cleared() -> None:
    assert spared(np.linspace(0, 1, 100), np.zeros(100, np.int8), 0.1) == -np.inf
