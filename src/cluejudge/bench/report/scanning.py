"""The section on the relevance scan: what it keeps, and what it spares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cluejudge.bench.report import paper
from cluejudge.bench.report.blocks import Chart, Section, Table
from cluejudge.bench.report.charts import WIDE, Numbers, points
from cluejudge.bench.report.plotting import plot
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.svg import COLOURS
from cluejudge.bench.report.values import count, decimal, find, percent, real, reals, rows, share

ANCHOR = "plot-relevance"


def relevance(run: Run) -> Section | None:
    """What the relevance scan kept and spared."""
    numbers = find(run.methods, run.main, "relevance")
    if real(numbers, "filtered") is None:
        return None
    table = Table(
        "The relevance scan of this run",
        ("method", "bound", "share of rules filtered", "share of violated rules kept", "AUROC"),
        (
            (
                run.main,
                ", ".join(decimal(bound) for bound in reals(numbers, "bounds")),
                share(numbers, "filtered"),
                share(numbers, "recall"),
                decimal(real(numbers, "auroc")),
            ),
        ),
        (
            f"Over {count(numbers, 'pairs')} pairs of an image and a rule, "
            f"{count(numbers, 'violated_pairs')} of them violated.",
        ),
    )
    chart = _chart(numbers)
    drawn: tuple[Chart, ...] = () if chart is None else (chart,)
    return Section("relevance", "Relevance scan", (*drawn, table, paper.relevance()))


def _chart(numbers: object) -> Chart | None:
    """Both shares at every bound (Figure 7 of the paper), and the one against the other."""
    curve = rows(numbers, "curve")
    if not points(curve, "filtered", "recall"):
        return None
    kept, spared = real(numbers, "recall"), real(numbers, "filtered")
    bounds = reals(numbers, "bounds")

    def draw(figure: Any) -> None:
        recall, remaining, both = figure.subplots(1, 3)
        _against_bound(recall, points(curve, "bound", "recall"), bounds)
        recall.set_title("violated rules kept")
        left = [(at, 1 - out) for at, out in points(curve, "bound", "filtered")]
        _against_bound(remaining, left, bounds)
        remaining.set_title("rules that remain")
        _trade(both, curve, kept, spared)

    says = "Violated rules kept and rules that remain at every bound"
    if kept is not None and spared is not None:
        says += f"; this run keeps {percent(kept)} and filters {percent(spared)}"
    says += f", the paper's keeps {percent(paper.KEPT)} and filters {percent(paper.FILTERED)}"
    drawn = plot(ANCHOR, says, draw, inches=(WIDE, 3.2))
    return Chart("Kept and filtered (the paper's Figure 7)", says, drawn, _numbers(curve))


def _against_bound(
    axes: Any, found: Sequence[tuple[float, float]], bounds: Sequence[float]
) -> None:
    if found:
        axes.plot(*zip(*found, strict=True), color=COLOURS["one"], linewidth=1.6)
    for bound in bounds:
        axes.axvline(bound, color=COLOURS["two"], linestyle="--", linewidth=1.2)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("bound on the cosine")


def _trade(axes: Any, curve: Sequence[Numbers], kept: float | None, spared: float | None) -> None:
    found = points(curve, "filtered", "recall")
    axes.plot(*zip(*found, strict=True), color=COLOURS["one"], linewidth=1.6)
    if kept is not None and spared is not None:
        axes.plot([spared], [kept], "o", color=COLOURS["two"], label="this run")
    axes.plot([paper.FILTERED], [paper.KEPT], "x", color=COLOURS["ink"], label="paper, other data")
    axes.legend(loc="lower left")
    axes.set(xlim=(0, 1.01), ylim=(0, 1.03))
    axes.set_title("kept against filtered")
    axes.set_xlabel("share of rules filtered")


def _numbers(curve: Sequence[Numbers]) -> Table:
    return Table(
        "Kept and filtered at rising bounds",
        ("bound", "rules filtered", "violated rules kept"),
        tuple(
            (
                decimal(real(point, "bound")),
                percent(real(point, "filtered")),
                percent(real(point, "recall")),
            )
            for point in curve
        ),
    )
