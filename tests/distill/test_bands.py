from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.distill.bands import (
    CLEARED,
    OPEN,
    VIOLATED,
    Band,
    Floats,
    States,
    fit_alarm,
    fit_band,
    most_wrong,
)

RISK = 0.05


def band(p: Floats, states: States, risk: float = RISK, missed: float = 0.1) -> Band:
    return fit_band(p, states, risk=risk, alarm_risk=risk, missed=missed, confidence=0.95)


def drawn(seed: int, count: int, bias: float, noise: float = 0.0) -> tuple[Floats, States]:
    """Probabilities, and states drawn by them; of `noise` of them nobody decided anything."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(bias, 4, count)
    p = 1 / (1 + np.exp(-logits))
    states = np.where(generator.random(count) < p, VIOLATED, CLEARED)
    states[generator.random(count) < noise] = OPEN
    return p, states.astype(np.int8)


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
    count=st.integers(0, 900),
    bias=st.floats(-6, 6),
    noise=st.sampled_from([0.0, 0.02, 0.3]),
    decimals=st.sampled_from([1, 3, 15]),
)
def test_what_is_decided_was_proved(
    seed: int, count: int, bias: float, noise: float, decimals: int
) -> None:
    p, states = drawn(seed, count, bias, noise)
    p = p.round(decimals)
    found = band(p, states)
    if found.low is not None:
        cleared = states[p <= found.low]
        assert some(int((cleared != CLEARED).sum()), len(cleared), 0.95) <= RISK
        violations = int((states == VIOLATED).sum())
        assert (cleared == VIOLATED).sum() + 1 <= 0.1 * (violations + 1)
    if found.high is not None:
        called = states[p >= found.high]
        assert some(int((called != VIOLATED).sum()), len(called), 0.95) <= RISK
    if found.low is not None and found.high is not None:
        assert found.low < found.high


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 900),
    bias=st.floats(-6, 6),
    risks=st.tuples(st.floats(0.005, 0.4), st.floats(0.005, 0.4)),
)
def test_who_risks_more_decides_more(
    seed: int, count: int, bias: float, risks: tuple[float, float]
) -> None:
    p, states = drawn(seed, count, bias)
    strict, bold = (band(p, states, risk) for risk in sorted(risks))
    assert (strict.low or 0) <= (bold.low or 0)
    decided = [
        (p <= (one.low if one.low is not None else -1)).sum()
        + (p >= (one.high if one.high is not None else 2)).sum()
        for one in (strict, bold)
    ]
    assert decided[0] <= decided[1]


@pytest.mark.parametrize("bias", [-6.0, -2.0, 0.0])
def test_the_risk_holds_for_pictures_to_come(bias: float) -> None:
    """The true risk is over it in no more than one of twenty fits, as far as 150 can tell."""
    over = {"low": 0, "high": 0}
    fits = 150
    truth, _ = drawn(10**6, 100_000, bias)
    for seed in range(fits):
        found = band(*drawn(seed, 500, bias), missed=0.9)
        if found.low is not None and truth[truth <= found.low].mean() > RISK:
            over["low"] += 1
        if found.high is not None and (1 - truth[truth >= found.high]).mean() > RISK:
            over["high"] += 1
    assert max(over.values()) <= 0.05 * fits + 2 * math.sqrt(0.05 * 0.95 * fits)


def test_a_head_that_tells_all_apart_decides_all() -> None:
    p = np.concatenate([np.linspace(0.001, 0.1, 900), np.linspace(0.9, 0.999, 900)])
    states = np.repeat(np.array([CLEARED, VIOLATED], np.int8), 900)
    found = band(p, states)
    assert found.low is not None
    assert found.high is not None
    assert ((p <= found.low) | (p >= found.high)).mean() > 0.99


def test_what_the_judge_left_open_agrees_with_nothing() -> None:
    p = np.linspace(0, 1, 2000)
    assert band(p, np.full(2000, OPEN, np.int8)) == Band()


def test_too_few_pictures_prove_nothing() -> None:
    p = np.concatenate([np.full(30, 0.01), np.full(30, 0.99)])
    states = np.repeat(np.array([CLEARED, VIOLATED], np.int8), 30)
    assert band(p, states) == Band()


def test_rare_violations_are_not_all_cleared() -> None:
    """Half a percent of violations that look like the rest: the risk alone would clear them."""
    p = np.linspace(0, 1, 4000)
    states = np.zeros(4000, np.int8)
    states[::200] = VIOLATED
    low = band(p, states).low
    assert low is None or (states[p <= low] == VIOLATED).sum() <= 2
    assert (band(p, states, missed=0.99).low or 0) > 0.9


@given(st.integers(0, 1000), st.integers(0, 500))
@settings(max_examples=20)
def test_without_violations_nothing_is_cleared(seed: int, count: int) -> None:
    p, _ = drawn(seed, count, -4)
    assert band(p, np.zeros(count, np.int8)).low is None


@given(seed=st.integers(0, 10_000), bias=st.floats(-4, 4), risk=st.floats(0.005, 0.4))
def test_rules_together_prove_what_none_of_them_can(seed: int, bias: float, risk: float) -> None:
    drawn_ = [drawn(seed + 7 * place, 400, bias, noise=0.01) for place in range(4)]
    p, states = (np.stack(part, axis=1) for part in zip(*drawn_, strict=True))
    lows = np.array([-1.0, 0.1, 0.6, -1.0])
    high = fit_alarm(p, states, lows, risk=risk, confidence=0.95)
    if high is None:
        return
    called = (p >= high) & (p > lows)
    wrong = (called & (states != VIOLATED)).any(axis=1)
    assert some(int(wrong.sum()), int(called.any(axis=1).sum()), 0.95) <= risk
    bolder = fit_alarm(p, states, lows, risk=min(0.9, 2 * risk), confidence=0.95)
    assert bolder is not None
    assert bolder <= high


def test_four_rules_with_thirty_violations_each_have_one_bound() -> None:
    states = np.zeros((1000, 4), np.int8)
    for rule in range(4):
        states[30 * rule : 30 * (rule + 1), rule] = VIOLATED
    p = np.where(states == VIOLATED, 0.97, 0.02) + np.linspace(0, 0.01, 1000)[:, None]
    assert band(p[:, 0], states[:, 0]).high is None
    high = fit_alarm(p, states, np.full(4, 0.1), risk=0.05, confidence=0.95)
    assert high is not None
    assert 0.1 < high <= 0.97


def test_what_is_cleared_is_never_called_violated() -> None:
    p = np.full((1000, 1), 0.5)
    states = np.ones((1000, 1), np.int8)
    assert fit_alarm(p, states, np.array([0.5]), risk=0.1, confidence=0.95) is None
    assert fit_alarm(p, states, np.array([0.4]), risk=0.1, confidence=0.95) == 0.5
