"""Where a head may decide: bounds on P(violated) under which its disagreement stays small.

A bound is looked for from the surest pictures on. Those up to it are held against the judge, and
it may go further as long as the upper confidence bound (Clopper and Pearson 1934) on the share of
disagreements stays within the risk. Testing stops at the first bound that fails, so that however
many are tried, the error is that of one test (fixed sequences, as in Learn then Test, Angelopoulos
et al. 2021, arXiv 2110.01052). As the surest few are too few to prove anything, it begins at
several places at once, and each begins with its share of the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.libraries import library

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
States = NDArray[np.int8]

VIOLATED, CLEARED, OPEN = 1, 0, -1
"""What a judge made of a rule on a picture. `OPEN`: it did not decide."""

CLEAR_FROM = (0.1, 0.25, 0.4, 0.55, 0.75)
ALARM_FROM = (0.02, 0.06, 0.12, 0.25, 0.4)
"""The shares of the pictures at which testing begins: clearing is for most, alarms are for few."""


@dataclass(frozen=True, slots=True)
class Band:
    """At `low` or under it a rule is cleared, at `high` or over it violated; None is never."""

    low: float | None = None
    high: float | None = None


def most_wrong(wrong: Counts, total: Counts, confidence: float) -> Floats:
    """The most that each share may be of which `wrong` of `total` were seen, at that confidence."""
    upper = library("scipy.stats").beta.ppf(confidence, wrong + 1, np.maximum(total - wrong, 1))
    return np.asarray(np.where(wrong >= total, 1.0, upper), np.float64)


def fit_band(
    p: Floats,
    states: States,
    *,
    risk: float,
    alarm_risk: float,
    missed: float,
    confidence: float,
) -> Band:
    """The band of one head from its probabilities `p` [n] and the judge's `states` [n].

    What the judge left open agrees with neither side. Of the judge's violations no more than
    `missed` are cleared, as expected for the next one (conformal risk control, arXiv 2208.02814):
    where violations are rare, a small risk alone would allow to clear them all.
    """
    clear = _passing(p, states != CLEARED, risk, confidence, CLEAR_FROM)
    clear = clear[_missed_at(p, states, clear) <= missed]
    low = float(clear.max()) if len(clear) else None
    alarm = -_passing(-p, states != VIOLATED, alarm_risk, confidence, ALARM_FROM)
    alarm = alarm if low is None else alarm[alarm > low]
    return Band(low, float(alarm.min()) if len(alarm) else None)


def _passing(
    score: Floats,
    wrong: NDArray[np.bool_],
    risk: float,
    confidence: float,
    starts: Sequence[float],
) -> Floats:
    """The bounds up to which no more than `risk` of all is wrong, all of them at once."""
    if not len(score):
        return score
    order = np.argsort(score, kind="stable")
    bounds, counts = np.unique(score[order], return_counts=True)
    totals = np.cumsum(counts)
    wrongs = np.cumsum(wrong[order], dtype=np.int64)[totals - 1]
    fails = most_wrong(wrongs, totals, 1 - (1 - confidence) / len(starts)) > risk
    held = np.zeros(len(bounds), bool)
    for start in starts:
        first = int(np.searchsorted(totals, start * len(score)))
        stop = first + int(np.argmax(np.append(fails[first:], True)))
        held[first:stop] = True
    return np.asarray(bounds[held], np.float64)


def _missed_at(p: Floats, states: States, bounds: Floats) -> Floats:
    """The share of violations that would be cleared at each bound, the next one counted so too."""
    violations = np.sort(p[states == VIOLATED])
    cleared = np.searchsorted(violations, bounds, side="right")
    return np.asarray((cleared + 1) / (len(violations) + 1), np.float64)
