"""What each part of the method is worth: PictoBench by CLUE, its ablations and other ways to ask.

python -m benchmarks.method --runs FOLDER [--style openmoji] [--seeds 1 2 3 4 5] [--images 1000]
                            [--edits all] [--json FILE]

One run of `cluejudge bench` for each seed, in FOLDER/SEED, and with `--edits` one in FOLDER/edited,
which a later call goes on with; then the tables of `docs/bench-results.md`, as means over the seeds
with the least and the most.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.output import parse, write
from benchmarks.seeds import MethodRow, Metrics, relevance, rows, scores
from cluejudge.bench.methods.registry import GROUPS
from cluejudge.bench.results import measure
from cluejudge.bench.robustness import EDITS
from cluejudge.bench.session import Session, open_session
from cluejudge.bench.suites.registry import load_suite
from cluejudge.models.registry import load_models

METHODS = (
    *GROUPS["ablations"],
    *GROUPS["baselines"],
    "rules",
    "rules-debiased",
    "calibrated",
)
EDITED = ("clue", "no-debias", "rules")
"""What is judged of edited images."""


def table(head: Sequence[str], lines: Iterator[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def show(found: Sequence[MethodRow], runs: Sequence[Metrics], first: Session) -> None:
    """Print the tables of methods, of the relevance scan and of atoms."""
    table(
        (
            "method",
            "F1",
            "recall",
            "FPR",
            "F1, right rule",
            "CLUE's gain in F1",
            "sure in",
            "looks",
        ),
        (
            (
                f"`{row.method}`",
                str(row.numbers["f1"]),
                f"{row.numbers['recall'].mean:.3f}",
                f"{row.numbers['fpr'].mean:.3f}",
                f"{row.named_f1.mean:.3f}",
                str(row.gain) if row.gain else "",
                f"{row.sure} of {len(runs)}" if row.gain else "",
                f"{row.passes:.1f}",
            )
            for row in found
        ),
    )
    for name, why in runs[0]["not_applicable"].items():
        print(f"not applicable: {name}: {why[:80]}")
    table(
        ("relevance scan", "filtered", "violated rules kept"),
        ((name, str(share), str(kept)) for name, share, kept in relevance(runs)),
    )
    table(
        ("P(Yes) of atoms", "10%", "25%", "median", "75%", "90%"),
        (
            (name, *(f"{one:.3f}" for one in np.percentile(values, (10, 25, 50, 75, 90))))
            for name, values in sorted(scores(first).items())
        ),
    )
    table(
        ("atoms", "AUROC with the picture", "AUROC debiased"),
        (
            (what, *(f"{fmean(_atoms(run)[what][key] for run in runs):.4f}" for key in _AUROC))
            for what in ("pooled", "mean")
        ),
    )


def show_edits(numbers: Metrics) -> None:
    """Print how often verdicts flip when images are edited."""
    table(
        ("edit", "method", "safe to unsafe", "unsafe to safe", "to abstain", "any change"),
        (
            (edit, f"`{name}`", *_flips(counts))
            for edit in numbers["robustness"][EDITED[0]]
            for name in EDITED
            for counts in [numbers["robustness"][name][edit]]
        ),
    )


_AUROC = ("auroc_image", "auroc_debiased")


def _atoms(run: Metrics) -> Metrics:
    atoms: Metrics = run["methods"]["clue"]["atoms"]
    return atoms


def _flips(counts: Metrics) -> list[str]:
    kinds = ("safe_to_unsafe", "unsafe_to_safe", "to_abstain", "changed")
    return [f"{counts[kind]['count'] / max(1, counts[kind]['of']):.1%}" for kind in kinds]


@dataclass(frozen=True, slots=True)
class Plan:
    """What all runs have in common."""

    runs: Path
    style: str
    images: int

    def run(
        self, name: str, seed: int, methods: Sequence[str], edits: Sequence[str] = ()
    ) -> tuple[Session, Metrics]:
        """One finished run and its numbers."""
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
            return session, measure(session.folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--style", default="openmoji")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--edits", choices=["all", "none"], default="none")
    args = parse(parser, arguments)
    plan = Plan(args.runs, args.style, args.images)
    done = [plan.run(str(seed), seed, METHODS) for seed in args.seeds]
    metrics = [numbers for _, numbers in done]
    found = list(rows(metrics))
    print(f"PictoBench, {args.style}: {args.images} images for each of {len(args.seeds)} seeds")
    show(found, metrics, done[0][0])
    if args.edits == "all":
        edits = list(EDITS)
        show_edits(plan.run("edited", args.seeds[0], EDITED, edits)[1])
    write([asdict(row) for row in found], args.json)


if __name__ == "__main__":
    main()
