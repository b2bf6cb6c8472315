from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.distill.bands import CLEARED, VIOLATED, Floats, States, most_wrong
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.whole import Said, fit_each_low, fit_highs, fit_lows

RULES = 3


def said(p: Floats, states: States, views: int = 1, rare: States | None = None) -> Said:
    none = np.zeros((len(p), 0), np.int8)
    image = np.arange(len(p)) // views
    return Said(p, states.astype(np.int8), image, none if rare is None else rare)


def drawn(seed: int, count: int, views: int = 1) -> Said:
    generator = np.random.default_rng(seed)
    p = generator.beta(0.15, 0.5, size=(count, RULES))
    return said(p, np.where(generator.random(p.shape) < p, VIOLATED, CLEARED), views)


def settled(risk: float, missed: float = 0.3) -> DistillSettings:
    return DistillSettings(risk=risk, alarm_risk=risk, missed=missed)


@pytest.mark.parametrize("views", [1, 3])
@given(seed=st.integers(0, 1000), risk=st.sampled_from([0.05, 0.1, 0.2]))
@settings(max_examples=20)
def test_what_is_cleared_was_proved_for_rules_and_misses_no_more_than_it_may(
    views: int, seed: int, risk: float
) -> None:
    held = drawn(seed, 1500, views)
    lows = fit_lows(drawn(seed + 1, 1500, views), held, settled(risk))
    assert (None in lows) == all(low is None for low in lows)
    for column, low in enumerate(lows):
        if low is None:
            continue
        p, states = held.p[:, column], held.states[:, column]
        cleared = states[p <= low]
        wrong = np.array([(cleared != CLEARED).sum()]), np.array([len(cleared)])
        assert most_wrong(*wrong, 0.95)[0] <= risk
        violations = int((states == VIOLATED).sum())
        assert (cleared == VIOLATED).sum() + 1 <= 0.3 * (violations + 1)


def test_the_risk_holds_for_whole_images_to_come() -> None:
    """In no more than one of twenty fits is it over, as far as 100 can tell."""
    over = found = 0
    truth = drawn(10**6, 40_000)
    for seed in range(100):
        lows = fit_lows(drawn(seed, 1500), drawn(seed + 500, 1000), settled(0.1, 0.9))
        if lows[0] is None:
            continue
        found += 1
        safe = (truth.p <= np.array(lows, float)).all(axis=1)
        over += (truth.states[safe] != CLEARED).any(axis=1).mean() > 0.1
    assert found > 20
    assert over <= 0.05 * 100 + 2 * np.sqrt(0.05 * 0.95 * 100)


def apart(count: int = 2000) -> Said:
    """Heads that tell all apart: a tenth of the pictures violate each rule."""
    states = np.zeros((count, RULES), np.int8)
    for column in range(RULES):
        states[column::10, column] = VIOLATED
    p = np.where(states == VIOLATED, 0.97, 0.02) + np.linspace(0, 0.01, count)[:, None]
    return said(p, states)


def test_heads_that_tell_all_apart_decide_all() -> None:
    lows = fit_lows(apart(), apart(), settled(0.02))
    highs = fit_highs(apart(), apart(), settled(0.02))
    assert all(low is not None and 0.03 <= low < 0.5 for low in lows)
    assert all(high is not None and 0.5 <= high <= 0.98 for high in highs)


def test_violations_of_rare_rules_count_for_whole_images() -> None:
    held = apart()
    rare = np.zeros((2000, 1), np.int8)
    rare[5::20] = VIOLATED
    others = said(held.p, held.states, rare=rare)
    assert fit_lows(apart(), others, settled(0.02)) == [None] * RULES
    assert None not in fit_each_low(apart(), others, settled(0.02))


def test_rules_together_prove_what_none_of_them_can() -> None:
    few = apart(400)
    highs = fit_highs(few, few, settled(0.05))
    assert len({*highs}) == 1
    assert highs[0] is not None
    alone = next(few.alone())
    assert fit_highs(alone, alone, settled(0.05)) == [None]


def test_a_rule_that_is_never_sure_has_no_share_in_the_proof_of_others() -> None:
    dull = apart()
    dull.p[:, 2] = np.linspace(0.2, 0.6, 2000)
    highs = fit_highs(dull, dull, settled(0.02))
    assert highs[2] is None
    assert highs[0] is not None


def test_pictures_that_may_not_be_cleared_hold_up_their_images() -> None:
    held = apart()
    strange = np.where(np.arange(2000)[:, None] % 2, held.p, np.inf)
    lone = said(strange, held.states, views=2)
    assert fit_lows(apart(), lone, settled(0.02)) == [None] * RULES


def test_nothing_is_decided_where_nothing_can_be_proved() -> None:
    few = apart(30)
    assert fit_lows(apart(), few, settled(0.02)) == [None] * RULES
    assert fit_highs(apart(), few, settled(0.02)) == [None] * RULES
