"""The tables of `docs/bench-results.md`, in Markdown, of what `benchmarks.method` found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.seeds import KINDS

EDITED = ("clue", "no-debias", "rules")
"""What is judged of edited images."""

Record = Mapping[str, Any]
"""A `benchmarks.method.Record`, as JSON has it."""


def tables(record: Record) -> Iterator[str]:
    """All tables, each without the blank lines around it."""
    yield _methods(record)
    if record["not_applicable"]:
        yield "Not applicable: " + ", ".join(f"`{name}`" for name in record["not_applicable"])
    yield _relevance(record)
    yield _scores(record)
    yield _auroc(record)
    yield _stages(record)
    if record["robustness"]:
        yield _robustness(record)


def _methods(record: Record) -> str:
    seeds = len(record["seeds"])
    return _table(
        (
            "method",
            "F1",
            "recall",
            "FPR",
            "F1, right rule",
            "CLUE's gain in F1",
            "sure in",
            "looks",
            "reasonings",
        ),
        (
            (
                f"`{row['method']}`",
                _spread(row["numbers"]["f1"]),
                f"{row['numbers']['recall']['mean']:.3f}",
                f"{row['numbers']['fpr']['mean']:.3f}",
                f"{row['named_f1']['mean']:.3f}",
                _spread(row["gain"]) if row["gain"] else "",
                f"{row['sure']} of {seeds}" if row["gain"] else "",
                f"{row['passes']:.1f}",
                f"{row['reasonings']:.2f}",
            )
            for row in record["methods"]
        ),
    )


def _relevance(record: Record) -> str:
    return _table(
        ("relevance scan", "filtered", "violated rules kept"),
        (
            (point["where"], _spread(point["filtered"]), _spread(point["recall"]))
            for point in record["relevance"]
        ),
    )


def _scores(record: Record) -> str:
    return _table(
        ("P(Yes) of atoms", "10%", "25%", "median", "75%", "90%"),
        ((what, *(f"{one:.3f}" for one in told)) for what, told in record["scores"].items()),
    )


def _auroc(record: Record) -> str:
    return _table(
        ("atoms", "AUROC with the picture", "AUROC debiased"),
        ((what, *(f"{one:.4f}" for one in told)) for what, told in record["auroc"].items()),
    )


def _stages(record: Record) -> str:
    return _table(
        ("what decided", "share of atoms"),
        ((name.replace("_", " "), f"{share:.1%}") for name, share in record["stages"].items()),
    )


def _robustness(record: Record) -> str:
    return _table(
        (
            "edit",
            "safe to unsafe",
            "unsafe to safe",
            "to abstain",
            "any change",
            "any, `no-debias`",
            "any, `rules`",
            "unsafe to safe, `rules`",
        ),
        (
            (
                edit,
                *(_shares(told["clue"][kind]) for kind in KINDS),
                _shares(told["no-debias"]["changed"]),
                _shares(told["rules"]["changed"]),
                _shares(told["rules"]["unsafe_to_safe"]),
            )
            for edit, told in record["robustness"].items()
        ),
    )


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows])


def _spread(told: Mapping[str, float]) -> str:
    return f"{told['mean']:.3f} ({told['least']:.3f} to {told['most']:.3f})"


def _shares(told: Mapping[str, float]) -> str:
    return f"{told['mean']:.1%} ({told['least']:.1%} to {told['most']:.1%})"
