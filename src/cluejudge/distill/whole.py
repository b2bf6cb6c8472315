"""The bounds of all heads: what is cleared, and what is called violated.

An image that is called safe was cleared by every rule, and each may be wrong, so that the risks of
rules add up. Therefore all rules clear up to one bound, which holds for whole images and for each
rule; a rule that would miss too many violations by then stops before. In the same way all call
violated from one bound on, which holds for the rules together; a rule that holds by itself from a
lower one on has that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.bands import (
    CLEARED,
    Counts,
    Floats,
    States,
    alarming,
    clearing,
    following,
    proved,
    spared,
    surest,
)
from cluejudge.distill.settings import DistillSettings

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Said:
    """P(violated) `p` and the judge's `states` [n, rules] of pictures, and whose view each is.

    `p` is infinite for what must not be cleared. `rare` [n, rare rules] are the judge's of rules
    that are cleared unseen.
    """

    p: Floats
    states: States
    image: Counts
    rare: States

    def images(self) -> tuple[Floats, Floats]:
        """`at` and `wrong_at` of calling whole images safe."""
        ids, place = np.unique(self.image, return_inverse=True)
        most, wrong = np.zeros(len(ids)), np.zeros(len(ids), bool)
        np.maximum.at(most, place, self.p.max(axis=1))
        every = np.concatenate([self.states, self.rare], axis=1)
        np.logical_or.at(wrong, place, (every != CLEARED).any(axis=1))
        return clearing(most, wrong)

    def pictures(self) -> tuple[Floats, Floats]:
        """`at` and `wrong_at` of clearing all rules on a picture."""
        return clearing(self.p.max(axis=1), (self.states != CLEARED).any(axis=1))

    def capped(self, caps: Floats) -> Said:
        """With no rule cleared over its own of the `caps` [rules]."""
        return replace(self, p=np.where(self.p <= caps, self.p, np.inf))

    def rules(self, chosen: slice | Flags) -> Said:
        """Of some rules, as if there were no others."""
        return Said(self.p[:, chosen], self.states[:, chosen], self.image, self.rare[:, :0])

    def alone(self) -> Iterator[Said]:
        """Each rule as if it were the only one."""
        return (self.rules(slice(place, place + 1)) for place in range(self.p.shape[1]))


def fit_lows(tried: Said, held: Said, settings: DistillSettings) -> list[float | None]:
    """For each rule the bound to clear it at: all are None, or whole images hold too.

    `tried` are pictures that the heads were fitted on, each told by heads that had not seen it, and
    say where to begin and how far each rule may go; `held` prove it. What they show a rule to miss
    can only hold it back further.
    """
    risk, confidence = settings.risk, settings.confidence
    caps = np.array([spared(one.p, one.states, settings.missed) for one in tried.alone()])
    tried, held = tried.capped(caps), held.capped(caps)
    start = surest(*tried.images(), confidence)
    if start is None:
        return [None for _ in caps]
    whole, rules = held.images(), [one.pictures() for one in held.alone()]
    bounds = following(start, whole[0])
    found = [proved(*one, bounds, risk, confidence) for one in (whole, *rules)]
    low = min(-np.inf if one is None else one for one in found)
    spare = [spared(one.p, one.states, settings.missed) for one in held.alone()]
    if min(low, *spare) < start:
        return [None for _ in caps]
    return [float(min(low, *bounds)) for bounds in zip(caps, spare, strict=True)]


def fit_each_low(tried: Said, held: Said, settings: DistillSettings) -> list[float | None]:
    """For each rule the bound to clear it at, as if it were the only one."""
    return [fit_lows(*one, settings)[0] for one in zip(tried.alone(), held.alone(), strict=True)]


def fit_highs(tried: Said, held: Said, settings: DistillSettings) -> list[float | None]:
    """For each rule the bound to call it violated at: that of all together, or its own if lower.

    A rule that in training is never as sure as where testing begins has no part in the former.
    """
    start = surest(*alarming(tried.p, tried.states), settings.confidence)
    part: Flags = np.zeros(tried.p.shape[1], bool)
    if start is not None:
        part |= (tried.p >= -start).any(axis=0)
    every = _fit_high(tried.rules(part), held.rules(part), settings)
    own = [_fit_high(*one, settings) for one in zip(tried.alone(), held.alone(), strict=True)]
    shared = [every if has else None for has in part]
    return [
        min((high for high in both if high is not None), default=None)
        for both in zip(own, shared, strict=True)
    ]


def _fit_high(tried: Said, held: Said, settings: DistillSettings) -> float | None:
    """One bound for all rules, proved over them together."""
    risk, confidence = settings.alarm_risk, settings.confidence
    start = surest(*alarming(tried.p, tried.states), confidence)
    if start is None:
        return None
    at, wrong_at = alarming(held.p, held.states)
    found = proved(at, wrong_at, following(start, at), risk, confidence)
    return None if found is None else -found
