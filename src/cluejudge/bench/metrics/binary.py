"""Right and wrong calls of a yes/no decision, and the rates made of them.

With TP the positives that were flagged, FN those that were not, FP the negatives that were flagged
and TN those that were called negative (Fawcett 2006, "An introduction to ROC analysis"). OPEN are
the negatives on which nothing was decided: they are no false alarms, and nothing got them right.

- recall = TP / (TP + FN); fpr = FP / (FP + TN + OPEN); precision = TP / (TP + FP)
- accuracy = (TP + TN) / all; balanced_accuracy is the mean of recall and of the share of negatives
  called so, TN / (FP + TN + OPEN) (Brodersen et al. 2010)
- f1 = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall (van Rijsbergen 1979)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cluejudge.bench.metrics.intervals import Resamples
from cluejudge.bench.metrics.judged import Flags, Floats, Judged, flagged, settled, unsafe
from cluejudge.bench.metrics.numbers import Json, block, number, share

Cells = Floats
"""[..., 5]: how many are TP, FN, FP, TN and OPEN."""

NAMES = ("tp", "fn", "fp", "tn", "open")

WHY: Mapping[str, str] = {
    "recall": "there are no positives",
    "fpr": "there are no negatives",
    "precision": "nothing was flagged",
    "accuracy": "there is nothing to count",
    "balanced_accuracy": "only one of the two classes is there",
    "f1": "there are no positives and nothing was flagged",
}


def cells(positive: Flags, called: Flags, decided: Flags | None = None) -> Cells:
    """In which cell each image is [images, 5].

    `called` are those that were flagged, `decided` those of which anything was said; None: all.
    """
    open_ = np.zeros_like(called) if decided is None else ~positive & ~called & ~decided
    right = ~positive & ~called & ~open_
    each = [positive & called, positive & ~called, ~positive & called, right, open_]
    return np.stack(each, axis=1).astype(np.float64)


def of_images(judged: Sequence[Judged]) -> Cells:
    """In which cell each image is, unsafe ones being positive [images, 5]."""
    return cells(unsafe(judged), flagged(judged), settled(judged))


def right(each: Cells) -> Flags:
    """Which images were called rightly [images]: nothing that was left open was."""
    return np.asarray(each[:, NAMES.index("tp")] + each[:, NAMES.index("tn")] > 0, dtype=np.bool_)


def rates(counts: Cells) -> dict[str, Floats]:
    """The rates by their names [...] of counts [..., 5]; NaN where one divides by 0."""
    hit, miss, false, right, left = np.moveaxis(counts, -1, 0)
    negatives = false + right + left
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = hit / (hit + miss)
        return {
            "recall": recall,
            "precision": hit / (hit + false),
            "fpr": false / negatives,
            "accuracy": (hit + right) / (hit + miss + negatives),
            "balanced_accuracy": (recall + right / negatives) / 2,
            "f1": 2 * hit / (2 * hit + false + miss),
        }


def rated(each: Cells, resamples: Resamples) -> Json:
    """The block of numbers of the cells [images, 5], with counts and intervals."""
    counts = each.sum(axis=0)
    values = {name: float(value) for name, value in rates(counts).items()}
    return {
        "n": int(counts.sum()),
        "counts": {name: int(count) for name, count in zip(NAMES, counts, strict=True)},
        **block(values, WHY, resamples.of_sums(each, rates)),
    }


def plain(judged: Sequence[Judged], resamples: Resamples) -> Json:
    """The rates over all images: what abstains or errors is not flagged, and never right."""
    return rated(of_images(judged), resamples)


def where_settled(judged: Sequence[Judged], resamples: Resamples) -> Json:
    """The same over the images that the method decided, and their share: `coverage`."""
    decided = settled(judged)
    numbers = rated(of_images(judged) * decided[:, None], resamples)
    return {"coverage": number(share(int(decided.sum()), len(decided))), **numbers}
