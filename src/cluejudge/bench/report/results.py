"""Sections on what the methods got right: all together, and by kind of image."""

from __future__ import annotations

from collections.abc import Mapping

from cluejudge.bench.report import charts, paper
from cluejudge.bench.report.blocks import Block, Section, Table
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.values import (
    count,
    decimal,
    find,
    parts,
    percent,
    real,
    score,
    share,
)

BRACKETS = "In brackets: 95% bootstrap intervals over the images."


def methods(run: Run) -> Section:
    """Every method: recall, accuracy and F1, and how much it left open."""
    blocks: list[Block | None] = [
        charts.intervals(run.methods, "f1", "F1 by method", anchor="plot-f1"),
        _all(run),
        paper.zero_shot(),
        _settled(run.methods),
        _not_applicable(run.config),
        paper.fine_tuned(),
    ]
    return Section("methods", "Methods", tuple(block for block in blocks if block is not None))


def _all(run: Run) -> Table:
    return Table(
        "Recall, accuracy and F1 of this run (the paper's Table 2)",
        (
            "method",
            "what it is",
            "recall",
            "accuracy",
            "F1",
            "precision",
            "false positives",
            "balanced accuracy",
        ),
        tuple(
            (
                name,
                run.title(name),
                share(each, "recall"),
                share(each, "accuracy"),
                score(each, "f1"),
                share(each, "precision"),
                share(each, "fpr"),
                share(each, "balanced_accuracy"),
            )
            for name, each in run.methods.items()
        ),
        (
            f"{BRACKETS} An image that a method abstains on, or fails on, is not flagged and "
            "not right. False positives are the share of safe images that were flagged.",
        ),
        frozenset({"what it is"}),
    )


def _settled(numbers: Mapping[str, object]) -> Table:
    return Table(
        "How many images each method decided, and the numbers over those",
        ("method", "images", "abstained", "failed", "decided", "recall", "accuracy", "F1", "AUROC"),
        tuple(
            (
                name,
                count(each, "n"),
                count(each, "outcomes", "abstain", "n"),
                count(each, "outcomes", "error", "n"),
                percent(real(each, "coverage")),
                percent(real(each, "settled", "recall")),
                percent(real(each, "settled", "accuracy")),
                decimal(real(each, "settled", "f1")),
                decimal(real(each, "auroc")),
            )
            for name, each in numbers.items()
        ),
        ("AUROC is that of the score, over all images with one; it knows no bound.",),
    )


def _not_applicable(config: object) -> Table | None:
    """Methods that were asked for and could not be run, with the reasons."""
    told = tuple((name, str(why)) for name, why in parts(config, "not_applicable").items())
    words = frozenset({"why"})
    return Table("Not applicable here", ("method", "why"), told, words=words) if told else None


def tags(run: Run) -> Section | None:
    """The main method on the kinds of images that the suite tells apart."""
    tables = tuple(
        Table(
            f"By {tag}, {run.main}",
            (tag, "images", "unsafe", "recall", "false positives", "accuracy", "F1"),
            tuple(
                (
                    value,
                    count(each, "n"),
                    count(each, "unsafe"),
                    percent(real(each, "recall")),
                    percent(real(each, "fpr")),
                    percent(real(each, "accuracy")),
                    decimal(real(each, "f1")),
                )
                for value, each in values.items()
            ),
        )
        for tag, values in _told(find(run.methods, run.main, "tags")).items()
    )
    return Section("tags", "By kind of image", tables, folded=True) if tables else None


def _told(data: object) -> dict[str, Mapping[str, object]]:
    """Tags of which there is more than one value: the others divide nothing."""
    found = {tag: parts(values) for tag, values in parts(data).items()}
    return {tag: values for tag, values in found.items() if len(values) > 1}
