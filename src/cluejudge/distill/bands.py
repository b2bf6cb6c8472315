"""Where a student may decide: bounds up to which its disagreement with the judge stays small.

Whatever is bounded has for each picture (or image) the bound from which it is decided, `at`, and
the one from which that is wrong, `wrong_at`; infinite is never. A bound holds if the upper
confidence bound (Clopper and Pearson 1934) on the share of disagreements up to it is within the
risk. Testing begins at one bound, chosen on pictures that the head was fitted on, and goes on to
bolder ones until the first that fails, so that however many are tried, the error is that of one
test (fixed sequences, as in Learn then Test, Angelopoulos et al. 2021, arXiv 2110.01052). For that,
nothing about the sequence may depend on the pictures that it is tested on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.libraries import library

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
States = NDArray[np.int8]

VIOLATED, CLEARED, OPEN = 1, 0, -1
"""What a judge made of a rule on a picture. `OPEN`: it did not decide."""

_EVEN = 0.5


def most_wrong(wrong: Counts, total: Counts, confidence: float) -> Floats:
    """The most that each share may be of which `wrong` of `total` were seen, at that confidence."""
    upper = library("scipy.stats").beta.ppf(confidence, wrong + 1, np.maximum(total - wrong, 1))
    return np.asarray(np.where(wrong >= total, 1.0, upper), np.float64)


def surest(at: Floats, wrong_at: Floats, confidence: float) -> float | None:
    """The bound up to which the least risk could be proved [n]: where testing had best begin."""
    bounds = np.unique(at[np.isfinite(at)])
    if not len(bounds):
        return None
    most = most_wrong(_up_to(bounds, wrong_at), _up_to(bounds, at), confidence)
    return float(bounds[most.argmin()])


def proved(
    at: Floats, wrong_at: Floats, bounds: Floats, risk: float, confidence: float
) -> float | None:
    """The last of `bounds`, the first of which is the start, before one that does not hold."""
    most = most_wrong(_up_to(bounds, wrong_at), _up_to(bounds, at), confidence)
    held = int(np.append(most > risk, True).argmax())
    return float(bounds[held - 1]) if held else None


def following(start: float, at: Floats) -> Floats:
    """The bounds to test from `start` on, where something more is decided [n]."""
    return np.unique(np.append(at[np.isfinite(at) & (at > start)], start))


def clearing(p: Floats, wrong: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """`at` and `wrong_at` [n] of clearing by P(violated) `p` [n]; what is likely is never."""
    at = np.where(p < _EVEN, p, np.inf)
    return at, np.where(wrong, at, np.inf)


def alarming(p: Floats, states: States) -> tuple[Floats, Floats]:
    """Those [n] of calling any of some rules violated, by -`p` [n, rules]; unlikely ones never."""
    at = np.where((p >= _EVEN) & np.isfinite(p), -p, np.inf)
    wrong_at = np.where(states != VIOLATED, at, np.inf)
    return at.min(axis=1, initial=np.inf), wrong_at.min(axis=1, initial=np.inf)


def spared(p: Floats, states: States, missed: float) -> float:
    """The bound up to which no more than `missed` of the judge's violations are cleared, or -inf.

    As expected for the next one (conformal risk control, arXiv 2208.02814): where violations are
    rare, a small risk alone would allow to clear them all.
    """
    violations = np.sort(p[states == VIOLATED])
    few = int(np.floor(missed * (len(violations) + 1) + 1e-9)) - 1
    if few < 0:
        return -np.inf
    return float(np.nextafter(np.append(violations, np.inf)[few], -np.inf))


def _up_to(bounds: Floats, at: Floats) -> Counts:
    return np.searchsorted(np.sort(at), bounds, side="right")
