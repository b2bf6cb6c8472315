"""What each part of the method is worth: PictoBench by CLUE, its ablations and other ways to ask.

python -m benchmarks.method --runs FOLDER [--style openmoji] [--seeds 1 2 3 4 5] [--images 1000]
                            [--edits all] [--json FILE]

One run of `cluejudge bench` for each seed, in FOLDER/SEED, and with `--edits` another on edited
images, in FOLDER/SEED-edited, which a later call goes on with; then the tables of
`docs/bench-results.md`, as means over the seeds with the least and the most.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.method_tables import EDITED, tables
from benchmarks.output import parse, write
from benchmarks.seeds import (
    MethodRow,
    Metrics,
    Spread,
    auroc,
    relevance,
    robustness,
    rows,
    scores,
    stages,
)
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.methods.registry import GROUPS
from cluejudge.bench.results import measure
from cluejudge.bench.robustness import EDITS
from cluejudge.bench.session import open_session
from cluejudge.bench.suites.registry import load_suite
from cluejudge.models.registry import load_models

METHODS = (
    *GROUPS["ablations"],
    *GROUPS["baselines"],
    "rules",
    "rules-debiased",
    "calibrated",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all runs have in common."""

    runs: Path
    style: str
    images: int

    def run(
        self, name: str, seed: int, methods: Sequence[str], edits: Sequence[str] = ()
    ) -> RunFolder:
        """One finished run."""
        session = open_session(
            load_suite(f"pictobench?style={self.style}"),
            self.runs / name,
            methods,
            lambda: load_models("embedded"),
            model="embedded",
            limit=self.images,
            seed=seed,
            edits=edits,
        )
        with session:
            session.run()
        return session.folder


@dataclass(frozen=True, slots=True)
class Record:
    """All that the tables show: `scores` and `stages` of the first seed, the rest of all.

    `robustness` is as `benchmarks.seeds.robustness` tells it, and empty where nothing was edited.
    """

    style: str
    images: int
    seeds: Sequence[int]
    methods: Sequence[MethodRow]
    not_applicable: Mapping[str, str]
    relevance: Sequence[Mapping[str, Any]]
    scores: Mapping[str, Sequence[float]]
    auroc: Mapping[str, Sequence[float]]
    stages: Mapping[str, float]
    robustness: Mapping[str, Mapping[str, Mapping[str, Spread]]]


def record(plan: Plan, folders: Mapping[int, RunFolder], edited: Sequence[RunFolder]) -> Record:
    """The numbers of finished runs, one for each seed, and of those on edited images."""
    runs: list[Metrics] = [measure(folder) for folder in folders.values()]
    return Record(
        style=plan.style,
        images=plan.images,
        seeds=list(folders),
        methods=list(rows(runs)),
        not_applicable=runs[0]["not_applicable"],
        relevance=relevance(runs),
        scores=scores(next(iter(folders.values()))),
        auroc=auroc(runs),
        stages=stages(runs[0]),
        robustness=robustness([measure(folder) for folder in edited]) if edited else {},
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--style", default="openmoji")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--edits", choices=["all", "none"], default="none")
    args = parse(parser, arguments)
    plan = Plan(args.runs, args.style, args.images)
    folders = {seed: plan.run(str(seed), seed, METHODS) for seed in args.seeds}
    edited = [
        plan.run(f"{seed}-edited", seed, EDITED, list(EDITS))
        for seed in args.seeds
        if args.edits == "all"
    ]
    found = asdict(record(plan, folders, edited))
    print(f"PictoBench, {args.style}: {args.images} images for each of {len(args.seeds)} seeds")
    print("\n\n".join(tables(found)))
    write(found, args.json)


if __name__ == "__main__":
    main()
