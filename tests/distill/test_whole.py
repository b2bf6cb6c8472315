from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.distill.bands import CLEARED, VIOLATED, most_wrong
from cluejudge.distill.whole import fit_step, lowered


@given(st.floats(0, 1), st.floats(0, 12), st.floats(0, 12))
def test_the_lower_the_step_the_lower_the_bound(bound: float, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert 0 <= lowered(bound, large) <= lowered(bound, small) <= bound + 1e-12


@pytest.mark.parametrize("views", [1, 3])
@given(seed=st.integers(0, 1000), risk=st.sampled_from([0.02, 0.05, 0.2]))
def test_whole_images_hold_too(views: int, seed: int, risk: float) -> None:
    generator = np.random.default_rng(seed)
    p = generator.beta(0.3, 2, size=(900, 4))
    states = np.where(generator.random(p.shape) < p / 2, VIOLATED, CLEARED).astype(np.int8)
    image = np.arange(900) // views
    alike = generator.random(900) < 0.97
    lows = np.full(4, 0.2)
    step = fit_step(p, lows, states, image, alike, risk=risk, confidence=0.95)
    if step is None:
        return
    bound = lowered(0.2, step)
    safe = [
        bool((p[image == one] <= bound).all() and alike[image == one].all())
        for one in range(900 // views)
    ]
    wrong = [bool((states[image == one] == VIOLATED).any()) for one in range(900 // views)]
    both = sum(one and other for one, other in zip(safe, wrong, strict=True))
    assert most_wrong(np.array([both]), np.array([sum(safe)]), 0.95)[0] <= risk


def test_nothing_to_draw_in_where_all_is_right() -> None:
    p = np.full((500, 2), 0.01)
    states = np.zeros((500, 2), np.int8)
    everyone = np.ones(500, bool)
    lows = np.array([0.5, 0.5])
    step = fit_step(p, lows, states, np.arange(500), everyone, risk=0.01, confidence=0.95)
    assert step == 0


def test_no_step_will_do_where_nothing_can_be_proved() -> None:
    p = np.full((20, 1), 0.01)
    states = np.zeros((20, 1), np.int8)
    everyone = np.ones(20, bool)
    lows = np.array([0.5])
    found = fit_step(p, lows, states, np.arange(20), everyone, risk=0.01, confidence=0.95)
    assert found is None
