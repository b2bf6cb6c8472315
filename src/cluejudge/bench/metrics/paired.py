"""Whether two methods differ on the same images.

- McNemar's exact test (McNemar 1947) on correctness, over all images: of those that one method got
  right and the other wrong, is the split further from even than chance? `only_first` and
  `only_second` are both counts, and p is of the two-sided binomial test.
- The difference of F1, first minus second, over bootstrap resamples in which both are measured on
  the same images; p = 2 min(P(d <= 0), P(d >= 0)) of the resamples, each count plus one (Davison
  and Hinkley 1997, section 4.2), at most 1.

With many pairs some differ by chance: `holm` and `f1_holm` are the p-values adjusted by Holm (1979)
over all pairs, for each test by itself. A p of resamples is at least 2 / (their number + 1), so it
takes many of them for one that is still small after that: `TIMES` as many as for intervals. As in
the plain numbers, what abstains or errors is not flagged, and is right about no image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cluejudge.bench.metrics import binary
from cluejudge.bench.metrics.intervals import Resamples
from cluejudge.bench.metrics.judged import Flags, Floats
from cluejudge.bench.metrics.libraries import scipy_stats
from cluejudge.bench.metrics.numbers import UNDEFINED_SHARE, Json, block, number

TIMES = 10
_WHY = {
    "f1_difference": "one of the two has no F1 on these images",
    "f1_p": "one of the two has no F1 on these images, or not in many resamples",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """Two methods on `n` images: the counts and p of McNemar's test, and F1 of both.

    `drawn` is the difference of F1 in resamples [replicates]; NaN stands for what is undefined.
    """

    n: int
    only_first: int
    only_second: int
    mcnemar_p: float
    difference: float
    drawn: Floats

    @property
    def f1_p(self) -> float:
        """The two-sided p of the difference of F1."""
        return bootstrap_p(self.drawn)


def mcnemar(first_right: Flags, second_right: Flags) -> tuple[int, int, float]:
    """How many only the first got right, how many only the second, and the exact two-sided p."""
    first = int((first_right & ~second_right).sum())
    second = int((second_right & ~first_right).sum())
    p = scipy_stats().binomtest(first, first + second).pvalue if first + second else 1.0
    return first, second, float(p)


def bootstrap_p(differences: Floats) -> float:
    """The two-sided p of differences in resamples [replicates]; NaN where over 5% are undefined."""
    known = differences[np.isfinite(differences)]
    if len(known) < (1 - UNDEFINED_SHARE) * len(differences):
        return math.nan
    tail = min((known <= 0).sum(), (known >= 0).sum())
    return float(min(1.0, 2 * (1 + tail) / (1 + len(known))))


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order of `values`; a NaN is no test and stays NaN."""
    tested = sorted((p, place) for place, p in enumerate(values) if not math.isnan(p))
    adjusted = [math.nan] * len(values)
    largest = 0.0
    for rank, (p, place) in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * p))
        adjusted[place] = largest
    return adjusted


def compare(
    each: Mapping[str, binary.Cells],
    pairs: Sequence[tuple[str, str]],
    resamples: Resamples,
) -> dict[str, Compared]:
    """The pairs of methods on one set of images, by `A|B`.

    `each` has for each method the cells of these images [images, 5], as `binary.cells` has them;
    `resamples` are of the images.
    """
    names = list(each)
    cells = np.stack([each[name] for name in names], axis=1)
    right = {name: binary.right(each[name]) for name in names}

    def f1(sums: Floats) -> dict[str, Floats]:
        by_method = binary.rates(sums.reshape(-1, *cells.shape[1:]))["f1"]
        return {name: by_method[:, place] for place, name in enumerate(names)}

    points = f1(cells.sum(axis=0)[None])
    # All methods at once: resamples are many here, and are drawn a single time.
    drawn = resamples.of_sums(cells.reshape(len(cells), -1), f1)
    return {
        f"{first}|{second}": Compared(
            len(cells),
            *mcnemar(right[first], right[second]),
            float(points[first][0] - points[second][0]),
            drawn[first] - drawn[second],
        )
        for first, second in pairs
    }


def summary(pairs: Mapping[str, Compared]) -> Json:
    """All pairs as JSON, with p-values adjusted over them."""
    by_right = holm([pair.mcnemar_p for pair in pairs.values()])
    by_f1 = holm([pair.f1_p for pair in pairs.values()])
    return {
        name: {
            "n": pair.n,
            "mcnemar": {
                "only_first": pair.only_first,
                "only_second": pair.only_second,
                "p": number(pair.mcnemar_p),
                "holm": number(right),
            },
            **_f1(pair, f1),
        }
        for (name, pair), right, f1 in zip(pairs.items(), by_right, by_f1, strict=True)
    }


def _f1(pair: Compared, adjusted: float) -> Json:
    values = {"f1_difference": pair.difference, "f1_p": pair.f1_p}
    made = block(values, _WHY, {"f1_difference": pair.drawn})
    return {**made, "f1_holm": number(adjusted)}
