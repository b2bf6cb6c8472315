"""All numbers of a run: what `metrics.json` holds. `docs/bench-metrics.md` says what each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType

from cluejudge.bench.metrics import (
    atoms,
    binary,
    calibration,
    cost,
    coverage,
    named,
    paired,
    ranking,
    relevance,
    tags,
)
from cluejudge.bench.metrics.intervals import REPLICATES, Resamples
from cluejudge.bench.metrics.judged import Judged, Labelled, join, scores, unsafe
from cluejudge.bench.metrics.numbers import Json
from cluejudge.bench.predictions import Prediction

_NO_BOUNDS: Mapping[str, float] = MappingProxyType({})


def compute(
    truths: Mapping[str, Labelled],
    predictions: Mapping[str, Sequence[Prediction]],
    seed: int,
    *,
    bounds: Mapping[str, float] = _NO_BOUNDS,
    replicates: int = REPLICATES,
) -> Json:
    """The numbers of each method and of each two of them, as JSON can hold them.

    `truths` has the samples by id, `predictions` those of each method, by its name, on any of them;
    `bounds` the score from which a method calls an image unsafe, where that is not 0.5. The order
    of images means nothing, and equal arguments give equal numbers. Raises `UsageError` for
    predictions that do not fit the truths, `MissingExtraError` without the extra `bench`.
    """
    judged = {name: join(truths, said) for name, said in predictions.items()}
    drawn = _Draws(seed, replicates)
    return {
        "n": len(truths),
        "unsafe": sum(label.truth.unsafe for label in truths.values()),
        "seed": seed,
        "replicates": replicates,
        "methods": {
            name: {
                "missing": len(truths) - len(said),
                **method(said, drawn.of(said), bounds.get(name, coverage.BOUND)),
            }
            for name, said in judged.items()
        },
        "paired": paired.summary(_compared(judged, seed, replicates * paired.TIMES)),
    }


def method(judged: Sequence[Judged], resamples: Resamples, bound: float = coverage.BOUND) -> Json:
    """The numbers of one method; `resamples` are of its images, in their order."""
    bad, score = unsafe(judged), scores(judged)
    settled = binary.where_settled(judged, resamples)
    calibrated, reliability = calibration.calibrated(bad, score, resamples)
    area, curve = coverage.curve(judged, bound)
    over_images, rules = named.named(judged, resamples)
    by_tag, left_out = tags.by_tag(judged)
    top = _merged(
        binary.plain(judged, resamples),
        ranking.ranked(bad, score, resamples),
        calibrated,
        area,
        {"undefined": {f"tags.{tag}": reason for tag, reason in left_out.items()}},
    )
    return {
        **top,
        "coverage": settled["coverage"],
        "settled": settled,
        "outcomes": cost.outcomes(judged),
        "named": over_images,
        "rules": rules,
        "atoms": atoms.atoms(judged),
        "stages": atoms.stages(judged),
        "reliability": reliability,
        "curve": curve,
        "relevance": relevance.relevance(judged, resamples),
        "cost": cost.cost(judged),
        "tags": by_tag,
    }


class _Draws:
    """The resamples of each set of images, drawn once for all methods that judged it."""

    def __init__(self, seed: int, replicates: int) -> None:
        self._seed, self._replicates = seed, replicates
        self._made: dict[tuple[str, ...], Resamples] = {}

    def of(self, judged: Sequence[Judged]) -> Resamples:
        ids = tuple(one.said.id for one in judged)
        if ids not in self._made:
            self._made[ids] = Resamples(unsafe(judged), self._seed, self._replicates)
        return self._made[ids]


def _compared(
    judged: Mapping[str, Sequence[Judged]], seed: int, replicates: int
) -> dict[str, paired.Compared]:
    """Each two methods on the images that both judged; nothing where there are none."""
    by_id = {name: {one.said.id: one for one in said} for name, said in judged.items()}
    shared: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for first, second in combinations(judged, 2):
        ids = tuple(sorted(by_id[first].keys() & by_id[second].keys()))
        shared[ids].append((first, second))
    made: dict[str, paired.Compared] = {}
    for ids, pairs in shared.items():
        if not ids:
            continue
        names = list(dict.fromkeys(name for pair in pairs for name in pair))
        said = {name: [by_id[name][i] for i in ids] for name in names}
        each = {name: binary.of_images(said[name]) for name in names}
        resamples = Resamples(unsafe(said[names[0]]), seed, replicates)
        made |= paired.compare(each, pairs, resamples)
    order = (f"{first}|{second}" for first, second in combinations(judged, 2))
    return {name: made[name] for name in order if name in made}


def _merged(*blocks: Json) -> Json:
    """One block of several, with all of their intervals and reasons."""
    merged: Json = {}
    nested: dict[str, dict[str, object]] = {"intervals": {}, "undefined": {}}
    for one in blocks:
        merged |= one
        for name in nested:
            part = one.get(name)
            nested[name] |= part if isinstance(part, dict) else {}
    return {**merged, **nested}
