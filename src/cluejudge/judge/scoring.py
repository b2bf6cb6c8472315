"""The arithmetic of the token tests (arXiv 2501.00192, sections 3.3 and 3.4), and Kleene's logic.

A test answers True (visible), False (not visible) or None (open). A NaN compares with nothing, so
it leaves every test open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cluejudge.settings import Debias, Thresholds

_EDGE = 1e-9  # probabilities are kept this far from 0 and 1 before their log-odds are taken
_BEYOND = 3 * math.log(1 / _EDGE)  # further from 0 than any difference of two such log-odds


@dataclass(frozen=True, slots=True)
class Debiased:
    """A score without the language prior, and the bounds a1 (`low`) and a2 (`high`) on it."""

    score: float
    low: float
    high: float


def debias(image: float, prior: float, thresholds: Thresholds, how: Debias) -> Debiased:
    """Takes the prior M(None, c) out of M(x, c); both in [0, 1].

    - difference: `M(x, c) - M(None, c)`, between `-prior_low * M(None, c)` and
      `prior_high * (1 - M(None, c))`, as in the paper.
    - log-odds: the difference of their log-odds. The bounds are those of a prior of one half.
    - none: as if the prior were one half, whatever it is.
    """
    share_low, share_high = thresholds.prior_low, thresholds.prior_high
    if how is Debias.DIFFERENCE:
        return Debiased(image - prior, -share_low * prior, share_high * (1 - prior))
    low, high = 0.5 * (1 - share_low), 0.5 * (1 + share_high)
    if how is Debias.NONE:
        return Debiased(image - 0.5, low - 0.5, high - 0.5)
    return Debiased(
        log_odds(image) - log_odds(prior),
        log_odds(low) if low > 0 else -_BEYOND,
        log_odds(high) if high < 1 else _BEYOND,
    )


def log_odds(p: float) -> float:
    """`log(p / (1 - p))`, finite: `p` is kept within [1e-9, 1 - 1e-9]."""
    inside = p if math.isnan(p) else min(max(p, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def token_test(debiased: Debiased) -> bool | None:
    """Whether the content is visible: False under `low`, True over `high`, else open."""
    if debiased.score < debiased.low:
        return False
    if debiased.score > debiased.high:
        return True
    return None


def region_test(full: float, without: float, bound: float) -> bool | None:
    """True if `M(x, c) - M(x - i, c)` is over `bound`; else open. It never answers False."""
    return True if full - without > bound else None


def middle_test(debiased: Debiased) -> bool | None:
    """Whether the score lies over the middle of its bounds; open only for NaN."""
    middle = (debiased.low + debiased.high) / 2
    if math.isnan(debiased.score) or math.isnan(middle):
        return None
    return debiased.score > middle


def all_of(values: Iterable[bool | None]) -> bool | None:
    """Kleene's AND: False if any is False, else None if any is None, else True."""
    seen = set(values)
    if False in seen:
        return False
    return None if None in seen else True


def any_of(values: Iterable[bool | None]) -> bool | None:
    """Kleene's OR: True if any is True, else None if any is None, else False."""
    seen = set(values)
    if True in seen:
        return True
    return None if None in seen else False
