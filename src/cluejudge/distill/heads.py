"""One calibrated head for a rule: the mean of two regressions over a picture's vector.

One is linear in the vector. The other is linear in how near it is to some known pictures, and so
can tell what only several things together make a violation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.bands import OPEN, VIOLATED, Counts, Floats, States
from cluejudge.distill.libraries import library
from cluejudge.distill.pictures import Vectors

FOLDS = 4
"""Parts of the pictures, each of which is told by what was fitted on the others."""

STRENGTHS = (0.01, 0.1, 1.0)
"""The inverse strengths of regularisation that are tried; the surest of the equally good wins."""

_STEPS = 1000
_TINY = 1e-6
_LENGTH = 10.0  # of the features of nearness: about that of a hundred dimensions


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """Numbers about each picture, `raw` [n, numbers], as a regression is fitted on them.

    It sees `raw` x `back` [numbers, features] - `offset` [features]: all of about one size.
    """

    raw: Floats
    back: Floats
    offset: Floats

    @classmethod
    def linear(cls, vectors: Vectors) -> Basis:
        """Each dimension of the vectors [n, dimensions] in units of its own spread."""
        raw = vectors.astype(np.float64)
        spread = np.maximum(raw.std(axis=0), _TINY)
        return cls(raw, np.diag(1 / spread), raw.mean(axis=0) / spread)

    @classmethod
    def near(cls, nearness: Floats, among: Floats) -> Basis:
        """Of nearness to landmarks [n, landmarks]; `among` is that of the landmarks themselves.

        In directions in which the landmarks differ, so that the features of two pictures multiply
        to how near they are (Nystroem, as Williams and Seeger 2001).
        """
        values, directions = np.linalg.eigh(among)
        kept = values > _TINY * values.max()
        back = _LENGTH * directions[:, kept] / np.sqrt(values[kept])
        return cls(nearness, back, np.asarray((nearness @ back).mean(axis=0), np.float64))

    @property
    def features(self) -> Floats:
        """[n, features]."""
        return np.asarray(self.raw @ self.back - self.offset, np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """P(violated) is the logistic function of the sum of `parts` x the raw numbers + `bias`.

    There is one part [numbers] for each basis, in their order.
    """

    parts: tuple[Floats, ...]
    bias: float


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """A head, and P(violated) [n] of what it was fitted on, each by heads that had not seen it."""

    line: Line
    p: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Logits:
    """What one regression says: log-odds of the fitted pictures [n], unseen; and its numbers."""

    unseen: Floats
    part: Floats
    bias: float

    def scaled(self, slope: float, shift: float) -> _Logits:
        return _Logits(self.unseen * slope + shift, self.part * slope, self.bias * slope + shift)


def learnable(states: States, image: Counts) -> bool:
    """Whether there are violations and others both, whichever fold is left out."""
    return all(
        (states[image % FOLDS != fold] == label).sum() > 1
        for fold in range(FOLDS)
        for label in (VIOLATED, 0)
    )


def fit_head(bases: tuple[Basis, ...], states: States, image: Counts) -> Fitted | None:
    """The head of a rule; None if it puts violations no higher than the rest.

    The judge's `states` [n] must be `learnable`; what it left open is no label. Views of one
    `image` [n] are in one fold. A regression that tells nothing has no say. Strengths are those
    that foretell what was left out best, and log-odds are put to scale (Platt 1999) by that too.
    """
    labelled = states != OPEN
    target = states[labelled] == VIOLATED
    best = [_best(basis, states, image) for basis in bases]
    found = [one for one in best if one is not None]
    if not found:
        return None
    unseen = np.mean([one.unseen for one in found], axis=0)
    scale = _platt(unseen[labelled], target)
    if scale is None:
        return None
    slope, shift = scale
    parts = tuple(
        np.zeros(len(basis.back)) if one is None else one.part * slope / len(found)
        for one, basis in zip(best, bases, strict=True)
    )
    bias = slope * float(np.mean([one.bias for one in found])) + shift
    return Fitted(Line(parts, bias), 1 / (1 + np.exp(-np.clip(unseen * slope + shift, -500, 500))))


def _best(basis: Basis, states: States, image: Counts) -> _Logits | None:
    """The regression whose scaled log-odds foretell the labels best."""
    labelled = states != OPEN
    target = states[labelled] == VIOLATED
    tried: list[tuple[float, _Logits]] = []
    for logits in _each(basis, states, image):
        if (scale := _platt(logits.unseen[labelled], target)) is not None:
            scaled = logits.scaled(*scale)
            tried.append((_loss(scaled.unseen[labelled], target), scaled))
    return min(tried, key=lambda one: one[0])[1] if tried else None


def _each(basis: Basis, states: States, image: Counts) -> Iterator[_Logits]:
    features, labelled, fold = basis.features, states != OPEN, image % FOLDS
    target = states == VIOLATED
    for strength in STRENGTHS:
        unseen = np.zeros(len(states))
        for left_out in range(FOLDS):
            seen = labelled & (fold != left_out)
            weights, bias = _regression(features[seen], target[seen], strength)
            unseen[fold == left_out] = features[fold == left_out] @ weights + bias
        weights, bias = _regression(features[labelled], target[labelled], strength)
        yield _Logits(unseen, basis.back @ weights, bias - float(basis.offset @ weights))


def _regression(
    features: Floats, target: NDArray[np.bool_], strength: float
) -> tuple[Floats, float]:
    model = library("sklearn.linear_model").LogisticRegression(C=strength, max_iter=_STEPS)
    model.fit(features, target)
    return np.asarray(model.coef_[0], np.float64), float(model.intercept_[0])


def _platt(logits: Floats, target: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Slope and shift of the log-odds; None if the head does not rank violations higher."""
    weights, bias = _regression(logits[:, None], target, 1.0)
    return (float(weights[0]), bias) if weights[0] > 0 else None


def _loss(logits: Floats, target: NDArray[np.bool_]) -> float:
    return float(np.logaddexp(0, -np.where(target, logits, -logits)).mean())
