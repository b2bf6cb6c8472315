"""Several runs of the same images side by side: other models, rules, thresholds or versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cluejudge.bench.report import charts
from cluejudge.bench.report.between import gains
from cluejudge.bench.report.blocks import Chart, Page, Section, Table, kept
from cluejudge.bench.report.plotting import HINT, can_plot
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.results import BRACKETS
from cluejudge.bench.report.setup import flat
from cluejudge.bench.report.values import (
    Cell,
    brief,
    count,
    find,
    parts,
    percent,
    real,
    score,
    share,
)
from cluejudge.errors import UsageError

_TOLD: tuple[tuple[str, Cell], ...] = (
    ("F1", lambda each: score(each, "f1")),
    ("Recall", lambda each: share(each, "recall")),
    ("False positives", lambda each: share(each, "fpr")),
    ("Accuracy", lambda each: share(each, "accuracy")),
    ("Images decided", lambda each: percent(real(each, "coverage"))),
    ("F1, the right rule named", lambda each: score(find(each, "named"), "f1")),
)

_COSTS: tuple[tuple[str, Cell], ...] = (
    ("Seconds an image", lambda each: brief(real(each, "cost", "seconds", "mean"))),
    ("Model passes an image", lambda each: brief(real(each, "cost", "passes", "mean"))),
    ("Reasonings an image", lambda each: brief(real(each, "cost", "reasonings", "mean"))),
)


def comparison(runs: Sequence[Run]) -> Page:
    """The page on `runs`, two or more. Raises `UsageError` if they are not of the same images."""
    _check(runs)
    named = dict(zip(_names(runs), runs, strict=True))
    first = runs[0]
    suite = find(first.config, "suite")
    images = f"{count(first.metrics, 'n')} images, {count(first.metrics, 'unsafe')} of them unsafe"
    sections = (
        Section("numbers", "Numbers", (*_chart(named), BRACKETS, *_tables(named, _TOLD))),
        Section("gains", "Run against run", tuple(gains(named))),
        Section("cost", "Cost", tuple(_tables(named, _COSTS))),
        Section("differences", "What differs", tuple(_differences(named))),
    )
    return Page(
        f"{len(runs)} runs compared",
        (f"suite {suite} · {images}",),
        kept(sections),
        () if can_plot() else (HINT,),
    )


def _check(runs: Sequence[Run]) -> None:
    if len(runs) < 2:
        raise UsageError("a comparison needs two runs or more", hint="name their folders")
    first = runs[0]
    for other in runs[1:]:
        if find(other.config, "samples") != find(first.config, "samples"):
            suites = [find(run.config, "suite") for run in (first, other)]
            raise UsageError(
                f"{first.name!r} ({suites[0]}) and {other.name!r} ({suites[1]}) are not of the "
                "same images",
                hint="compare runs of one suite with the same limit and seed",
            )


def _names(runs: Sequence[Run]) -> list[str]:
    """The runs' names, numbered where several are called the same."""
    names = [run.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({place})"
        for place, name in enumerate(names, 1)
    ]


def _methods(runs: Mapping[str, Run]) -> list[str]:
    return list(dict.fromkeys(name for run in runs.values() for name in run.methods))


def _chart(runs: Mapping[str, Run]) -> Iterator[Chart]:
    """The F1 of every method in every run, a method's beside each other."""
    numbers = {
        f"{method}, {name}": run.methods[method]
        for method in _methods(runs)
        for name, run in runs.items()
        if method in run.methods
    }
    chart = charts.intervals(numbers, "f1", "F1 by method and run", anchor="plot-f1")
    if chart is not None:
        yield chart


def _tables(runs: Mapping[str, Run], told: Sequence[tuple[str, Cell]]) -> Iterator[Table]:
    for title, cell in told:
        yield Table(
            title,
            ("method", *runs),
            tuple(
                (method, *(cell(parts(run.methods, method)) for run in runs.values()))
                for method in _methods(runs)
            ),
        )


def _differences(runs: Mapping[str, Run]) -> Iterator[Table]:
    """The settings that are not the same in all runs."""
    settings = [dict(flat(run.config)) for run in runs.values()]
    names = dict.fromkeys(name for each in settings for name in each)
    rows = tuple(
        (name, *values)
        for name in names
        if len(set(values := [each.get(name, "") for each in settings])) > 1
    )
    if rows:
        columns = ("setting", *runs)
        yield Table("Settings that differ", columns, rows, words=frozenset(runs))
