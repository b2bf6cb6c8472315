"""Numbers of several runs of the benchmark, put together over their seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from cluejudge.bench.folder import RunFolder
from cluejudge.bench.robustness import EDITS

NUMBERS = ("f1", "recall", "precision", "fpr", "accuracy", "coverage")
PERCENTILES = (10, 25, 50, 75, 90)
AUROC = ("auroc_image", "auroc_debiased")
CURVE = (0.25, 0.5, 0.6, 0.7, 0.8)
"""Shares filtered at which the relevance scan's recall is shown."""
KINDS = ("safe_to_unsafe", "unsafe_to_safe", "to_abstain", "changed")
"""How a verdict on an edited image may differ."""

Metrics = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the seeds."""

    mean: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.least:.3f} to {self.most:.3f})"


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(fmean(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method over the seeds.

    `gain` is the F1 that CLUE has over it, `sure` in how many seeds that differs by the paired
    test (bootstrap, p under 0.05 after Holm's correction).
    """

    method: str
    numbers: Mapping[str, Spread]
    named_f1: Spread
    gain: Spread | None
    sure: int
    passes: float
    reasonings: float


def rows(runs: Sequence[Metrics]) -> Iterator[MethodRow]:
    """The methods that all runs have, the best by mean F1 first."""
    names = [name for name in runs[0]["methods"] if all(name in run["methods"] for run in runs)]
    found = [_row(name, runs) for name in names]
    yield from sorted(found, key=lambda row: -row.numbers["f1"].mean)


def _row(name: str, runs: Sequence[Metrics]) -> MethodRow:
    own = [run["methods"][name] for run in runs]
    pairs = [run["paired"].get(f"clue|{name}") for run in runs]
    gains = [pair["f1_difference"] for pair in pairs if pair]
    return MethodRow(
        method=name,
        numbers={number: spread([one[number] for one in own]) for number in NUMBERS},
        named_f1=spread([one["named"]["f1"] for one in own]),
        gain=spread(gains) if gains else None,
        sure=sum(1 for pair in pairs if pair and pair["f1_holm"] < 0.05),
        passes=fmean(one["cost"]["passes"]["mean"] for one in own),
        reasonings=fmean(one["cost"]["reasonings"]["mean"] for one in own),
    )


def relevance(runs: Sequence[Metrics]) -> list[dict[str, Any]]:
    """Share filtered and recall of violated rules: at the encoder's bound, then along the curve."""
    told = [run["methods"]["clue"]["relevance"] for run in runs]
    points = {"as shipped": told}
    for share in CURVE:
        points[f"about {share:.0%}"] = [
            min(one["curve"], key=lambda at: abs(at["filtered"] - share)) for one in told
        ]
    return [
        {
            "where": name,
            "filtered": spread([at["filtered"] for at in found]),
            "recall": spread([at["recall"] for at in found]),
        }
        for name, found in points.items()
    ]


def auroc(runs: Sequence[Metrics]) -> dict[str, list[float]]:
    """How well P(Yes), and that without the prior, rank atoms: means over the seeds."""
    told = [run["methods"]["clue"]["atoms"] for run in runs]
    return {
        what: [fmean(one[what][key] for one in told) for key in AUROC]
        for what in ("pooled", "mean")
    }


def scores(folder: RunFolder) -> dict[str, list[float]]:
    """Percentiles of P(Yes) of atoms, by whether they are visible, with the picture and without."""
    truths = {name: label.truth.atoms or {} for name, label in folder.labels().items()}
    found: dict[str, list[float]] = {}
    for prediction in folder.predictions("clue"):
        for atom in prediction.atoms:
            visible = truths[prediction.id].get(atom.rule, {}).get(atom.text)
            if visible is None or atom.image is None or atom.prior is None:
                continue
            what = "visible" if visible else "not visible"
            found.setdefault(f"with the picture, {what}", []).append(atom.image)
            found.setdefault(f"without it, {what}", []).append(atom.prior)
    return {
        what: [float(at) for at in np.percentile(values, PERCENTILES)]
        for what, values in sorted(found.items())
    }


def stages(run: Metrics) -> dict[str, float]:
    """The share of atoms that each stage of CLUE decided."""
    return {name: told["share"] for name, told in run["methods"]["clue"]["stages"].items()}


def robustness(runs: Sequence[Metrics]) -> dict[str, dict[str, dict[str, Spread]]]:
    """By edit and method: what share of the images that could change so did, for each of `KINDS`.

    An image that could turn unsafe is one that was safe before it was edited.
    """
    told = [run["robustness"] for run in runs]
    return {
        edit: {
            name: {kind: spread([_share(one[name][edit][kind]) for one in told]) for kind in KINDS}
            for name in told[0]
        }
        for edit in EDITS
        if all(edit in one[name] for one in told for name in told[0])
    }


def _share(counted: Mapping[str, int]) -> float:
    return counted["count"] / max(1, counted["of"])
