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


def fit_alarm(
    p: Floats, states: States, lows: Floats, *, risk: float, confidence: float
) -> float | None:
    """One bound to call several rules violated at, none of which has violations enough for its own.

    `p` [n, rules] are probabilities, `states` [n, rules] the judge's; at `lows` [rules] or under
    them (-1 is never) a rule is cleared. Of the pictures on which any rule is called violated, at
    most `risk` has one called so that the judge did not find violated.
    """
    open_ = np.where(p > lows, p, -1.0)
    called = open_.max(axis=1, initial=-1.0)
    wrong = np.where(states != VIOLATED, open_, -1.0).max(axis=1, initial=-1.0)
    bounds = np.unique(called[called > 0])[::-1]
    counted = [
        np.searchsorted(np.sort(-values), -bounds, side="right") for values in (wrong, called)
    ]
    held = _held(*counted, count=len(called), risk=risk, confidence=confidence, starts=ALARM_FROM)
    return float(bounds[held].min()) if held.any() else None


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
    held = _held(wrongs, totals, count=len(score), risk=risk, confidence=confidence, starts=starts)
    return np.asarray(bounds[held], np.float64)


def _held(
    wrongs: Counts,
    totals: Counts,
    *,
    count: int,
    risk: float,
    confidence: float,
    starts: Sequence[float],
) -> NDArray[np.bool_]:
    """Which of some bounds, the strictest first, hold: `wrongs` of the `totals` up to each."""
    fails = most_wrong(wrongs, totals, 1 - (1 - confidence) / len(starts)) > risk
    held = np.zeros(len(totals), bool)
    for start in starts:
        first = int(np.searchsorted(totals, start * count))
        stop = first + int(np.argmax(np.append(fails[first:], True)))
        held[first:stop] = True
    return held


def _missed_at(p: Floats, states: States, bounds: Floats) -> Floats:
    """The share of violations that would be cleared at each bound, the next one counted so too."""
    violations = np.sort(p[states == VIOLATED])
    cleared = np.searchsorted(violations, bounds, side="right")
    return np.asarray((cleared + 1) / (len(violations) + 1), np.float64)
