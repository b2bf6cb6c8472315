"""Whole images: one that is called safe was cleared by every rule, and each may be wrong.

So with many rules the risks add up. The bounds are drawn in, all by the same factor of their odds,
until what is called safe holds against the judge as each rule does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.bands import CLEARED, Counts, Floats, States, most_wrong

STEPS = np.arange(0, 12.01, 0.25)
"""By how much the log-odds of all bounds are lowered: as little as will do."""


def lowered(bound: float, step: float) -> float:
    """`bound`, a probability, with its log-odds lowered by `step`."""
    odds = np.exp(-step)
    return float(bound * odds / (1 - bound + bound * odds))


def fit_step(
    p: Floats,
    lows: Floats,
    states: States,
    image: Counts,
    alike: NDArray[np.bool_],
    *,
    risk: float,
    confidence: float,
) -> float | None:
    """The least of `STEPS` with which no more than `risk` of the images called safe are wrong.

    `p` [n, rules] are probabilities, `lows` [rules] the bounds to clear at, `states` [n, rules] the
    judge's, `image` [n] whose view each is, and `alike` [n] whether it may be cleared at all. None
    if no step will do.
    """
    _, place = np.unique(image, return_inverse=True)
    count = int(place.max()) + 1 if len(place) else 0
    wrong = _any((states != CLEARED).any(axis=1), place, count)
    for step in map(float, STEPS):
        bounds = np.array([lowered(low, step) for low in lows])
        safe = ~_any(~alike | (p > bounds).any(axis=1), place, count)
        seen = np.array([(safe & wrong).sum()]), np.array([safe.sum()])
        if safe.any() and most_wrong(*seen, confidence)[0] <= risk:
            return step
    return None


def _any(flags: NDArray[np.bool_], place: Counts, count: int) -> NDArray[np.bool_]:
    """For each image whether any of its views has the flag."""
    return np.asarray(np.bincount(place, weights=flags, minlength=count) > 0, bool)
