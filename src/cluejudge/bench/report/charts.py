"""The charts of a report: each with the table of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cluejudge.bench.report.blocks import Chart, Table
from cluejudge.bench.report.plotting import plot
from cluejudge.bench.report.svg import COLOURS, SERIES
from cluejudge.bench.report.values import (
    brief,
    count,
    decimal,
    interval,
    percent,
    real,
    score,
)

MOST_LINES = len(SERIES)

WIDE = 9.0
"""Inches: the width of the page at the size of its text."""

Numbers = Mapping[str, object]


def intervals(methods: Mapping[str, object], name: str, title: str, *, anchor: str) -> Chart | None:
    """One number of every method as a dot on its interval; None if no method has it."""
    found = [
        (method, real(numbers, name), interval(numbers, name))
        for method, numbers in methods.items()
    ]
    known = [(method, value, ends) for method, value, ends in found if value is not None]
    if not known:
        return None

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for place, (_, value, ends) in enumerate(known):
            if ends is not None:
                axes.plot(ends, (place, place), color=COLOURS["one"], linewidth=2)
            axes.plot([value], [place], "o", color=COLOURS["one"], markersize=6)
        axes.set_yticks(range(len(known)), [_short(method) for method, _, _ in known])
        axes.set_ylim(len(known) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.grid(visible=False, axis="y")

    says = f"{title} of {len(known)} methods: " + ", ".join(
        f"{method} {value:.3f}" for method, value, _ in known
    )
    height = 0.7 + 0.28 * len(known)
    table = Table(
        title,
        ("method", name),
        tuple((method, score(methods[method], name)) for method, _, _ in known),
    )
    return Chart(title, says, plot(anchor, says, draw, inches=(WIDE, height)), table)


def reliability(bins: Sequence[Numbers], method: str, *, anchor: str) -> Chart | None:
    """The share of unsafe images against the mean score of each bin."""
    found = points(bins, "mean_score", "share_unsafe")
    if not found:
        return None
    most = max((real(row, "n") or 0.0 for row in bins), default=0.0) or 1.0
    sizes = [30 + 220 * (real(row, "n") or 0.0) / most for row in bins]

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        axes.plot((0, 1), (0, 1), color=COLOURS["quiet"], linestyle="--", linewidth=1)
        axes.plot(*zip(*found, strict=True), color=COLOURS["one"], linewidth=1.2)
        axes.scatter(
            *zip(*found, strict=True), s=sizes[: len(found)], color=COLOURS["one"], alpha=0.6
        )
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        axes.set_xlabel("mean score")
        axes.set_ylabel("share of unsafe images")

    says = (
        f"Reliability of the score of {method}: share of unsafe images by mean score, "
        + ", ".join(f"{right:.2f} at {told:.2f}" for told, right in found)
    )
    table = Table(
        f"{method}: images by score",
        ("score from", "to", "images", "mean score", "unsafe"),
        tuple(
            (
                decimal(real(row, "low")),
                decimal(real(row, "high")),
                count(row, "n"),
                decimal(real(row, "mean_score")),
                percent(real(row, "share_unsafe")),
            )
            for row in bins
        ),
    )
    drawn = plot(anchor, says, draw, inches=(WIDE * 0.5, 3.4))
    return Chart(f"Reliability of the score of {method}", says, drawn, table)


def coverage(curves: Mapping[str, Sequence[Numbers]], *, anchor: str) -> Chart | None:
    """The error rate among the images that are still decided, against their share."""
    found = {name: points(curve, "coverage", "accuracy") for name, curve in curves.items()}
    lines = dict([(name, line) for name, line in found.items() if line][:MOST_LINES])
    if not lines:
        return None

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for (name, line), colour in zip(lines.items(), SERIES, strict=False):
            shares, right = zip(*line, strict=True)
            marker = "o" if len(line) == 1 else None
            risks = [1 - each for each in right]
            axes.plot(shares, risks, color=COLOURS[colour], marker=marker, label=_short(name))
        axes.set_xlim(0, 1.02)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("share of images decided")
        axes.set_ylabel("share of them wrong")
        figure.legend(loc="outside right upper")

    says = "Error rate against the share of images decided: " + ", ".join(
        f"{name} {percent(1 - line[0][1])} wrong of {percent(line[0][0])}"
        for name, line in lines.items()
    )
    table = Table(
        "Errors at each share of images decided",
        ("method", "images decided", "wrong", "least distance from the bound"),
        tuple(
            (name, percent(share), percent(1 - right), brief(real(point, "distance")))
            for name in lines
            for point in curves[name]
            for share, right in points([point], "coverage", "accuracy")
        ),
    )
    drawn = plot(anchor, says, draw, inches=(WIDE * 0.8, 3.2))
    return Chart("Errors against the share of images decided", says, drawn, table)


def points(data: Sequence[Numbers], across: str, up: str) -> list[tuple[float, float]]:
    """Both numbers of every row that has both."""
    found = [(real(point, across), real(point, up)) for point in data]
    return [(x, y) for x, y in found if x is not None and y is not None]


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
