"""One calibrated head for a rule: a logistic regression over a picture's vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.bands import VIOLATED, Floats, States
from cluejudge.distill.libraries import library
from cluejudge.distill.pictures import Vectors

STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)
"""The inverse strengths of regularisation that are tried; the surest of the equally good wins."""

_STEPS = 2000


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """P(violated) is the logistic function of `coefficients` [dimensions] x vector + `bias`."""

    coefficients: Floats
    bias: float

    def logits(self, vectors: Vectors) -> Floats:
        """For each vector [n, dimensions] its log-odds [n]."""
        return np.asarray(vectors.astype(np.float64) @ self.coefficients + self.bias, np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Labelled:
    """Vectors [n, dimensions] with whether each violates the rule [n]."""

    vectors: Vectors
    violated: NDArray[np.bool_]

    @classmethod
    def of(cls, vectors: Vectors, states: States) -> Labelled:
        """The pictures that the judge decided."""
        decided = states >= 0
        return cls(vectors[decided], states[decided] == VIOLATED)

    @property
    def both(self) -> bool:
        """Whether there are violations, and others."""
        return bool(self.violated.any()) and not self.violated.all()


def fit_head(train: Labelled, calibrate: Labelled) -> Line | None:
    """The head of a rule; None if it puts violations no higher than the rest.

    Both parts must have both labels. Each dimension counts in units of its own spread. The
    strength of regularisation is the one that foretells `calibrate` best, on which its log-odds are
    then put to scale (Platt 1999).
    """
    mean = train.vectors.mean(axis=0, dtype=np.float64)
    spread = np.maximum(train.vectors.std(axis=0, dtype=np.float64), 1e-6)
    scaled = (train.vectors - mean) / spread
    lines = [
        _unscaled(_regression(scaled, train.violated, strength), mean, spread)
        for strength in STRENGTHS
    ]
    found = [(line, scale) for line in lines if (scale := _platt(line, calibrate)) is not None]
    if not found:
        return None
    line, (slope, shift) = min(found, key=lambda one: _loss(one[0], one[1], calibrate))
    return Line(line.coefficients * slope, line.bias * slope + shift)


def _regression(vectors: Floats, violated: NDArray[np.bool_], strength: float) -> Line:
    model = library("sklearn.linear_model").LogisticRegression(C=strength, max_iter=_STEPS)
    model.fit(vectors, violated)
    return Line(np.asarray(model.coef_[0], np.float64), float(model.intercept_[0]))


def _unscaled(line: Line, mean: Floats, spread: Floats) -> Line:
    coefficients = line.coefficients / spread
    return Line(coefficients, line.bias - float(coefficients @ mean))


def _platt(line: Line, labelled: Labelled) -> tuple[float, float] | None:
    """Slope and shift of the log-odds; None if the head does not rank violations higher."""
    logits = line.logits(labelled.vectors)
    fitted = _regression(logits[:, None], labelled.violated, 1.0)
    slope = float(fitted.coefficients[0])
    return (slope, fitted.bias) if slope > 0 else None


def _loss(line: Line, scale: tuple[float, float], labelled: Labelled) -> float:
    logits = line.logits(labelled.vectors) * scale[0] + scale[1]
    signed = np.where(labelled.violated, logits, -logits)
    return float(np.logaddexp(0, -signed).mean())
