"""All that is told of one run, in the order in which it is read."""

from __future__ import annotations

from cluejudge.bench.report import (
    edits,
    results,
    rules,
    scanning,
    scores,
    setup,
    summary,
    worst,
    worth,
)
from cluejudge.bench.report.blocks import Page, kept
from cluejudge.bench.report.plotting import HINT, can_plot
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.values import count, decimal, find, real


def page(run: Run) -> Page:
    """The report on `run`; what was not measured has no section."""
    sections = (
        summary.summary(run),
        results.methods(run),
        worth.paired(run),
        rules.rules(run),
        scores.distributions(run),
        scanning.relevance(run),
        scores.coverage(run),
        scores.cost(run),
        edits.robustness(run),
        worst.worst(run),
        scores.calibration(run),
        results.tags(run),
        edits.others(run),
        setup.made(run),
    )
    return Page(_title(run), _about(run), kept(sections), () if can_plot() else (HINT,))


def _title(run: Run) -> str:
    if not run.main:
        return f"{run.name}: nothing measured"
    return f"{run.main}: F1 {decimal(real(run.methods, run.main, 'f1'))}"


def _about(run: Run) -> tuple[str, ...]:
    """The run, its images, and what judged them by what."""
    images = f"{count(run.metrics, 'n')} images, {count(run.metrics, 'unsafe')} of them unsafe"
    told = [f"Run {run.name}", images]
    for title in ("suite", "model", "constitution"):
        value = find(run.config, title)
        told += [f"{title} {value}"] if isinstance(value, str) and value else []
    return (" · ".join(told),)
