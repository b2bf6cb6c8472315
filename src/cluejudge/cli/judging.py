"""Judges inputs one after another and hands each verdict to its outputs as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cluejudge.cli.inputs import Input
from cluejudge.cli.progress import progress
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import Picture, load, read
from cluejudge.report import ReportWriter
from cluejudge.report.words import one_line
from cluejudge.settings import Limits
from cluejudge.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from cluejudge.api import Judge
    from cluejudge.cli.terminal import Terminal

NAMED = 10

Show = Callable[[Verdict], None]


@dataclass
class Tally:
    """What became of the inputs so far."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count one verdict."""
        self.counts[verdict.outcome] += 1
        if verdict.outcome is Outcome.ERROR:
            code = f" ({verdict.code})" if verdict.code else ""
            self.failed.append(f"{one_line(verdict.image)}{code}")


def judge_inputs(
    judge: Judge,
    inputs: Sequence[Input],
    show: Show,
    *,
    limits: Limits,
    report: Path | None = None,
    console: Terminal | None = None,
) -> Tally:
    """Judge all `inputs`; each verdict is shown, and drawn into `report`, before the next.

    What fails is named on standard error at the end, also if the run is stopped.
    """
    tally = Tally()
    with ExitStack() as stack:
        writer = stack.enter_context(open_report(report)) if report else None
        stack.callback(_tell_failures, tally, len(inputs))
        advance = stack.enter_context(progress(len(inputs), console))
        verdicts = judge.judge_many([given.source for given in inputs], progress=advance)
        for given, verdict in zip(inputs, verdicts, strict=True):
            named = verdict.model_copy(update={"image": given.name})
            show(named)
            tally.add(named)
            if writer:
                writer.add(named, pictures(given, limits))
    return tally


def open_report(path: Path) -> ReportWriter:
    """A report that will be written to `path`; `UsageError` if it can not be."""
    made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    try:
        return ReportWriter(path, made=f"Written {made}")
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {path}: {error.strerror}",
            hint="name a file in a folder that exists and may be written",
        ) from error


def pictures(given: Input, limits: Limits) -> Mapping[str, Picture]:
    """The judged pictures of an input by their view; none if it cannot be read."""
    try:
        return {view.name: view.picture for view in load(read(given.source, limits), limits).views}
    except ImageError:
        return {}


def _tell_failures(tally: Tally, total: int) -> None:
    done = sum(tally.counts.values())
    if done < total:
        click.echo(f"Stopped: {done} of {total} inputs were judged.", err=True)
    if tally.failed:
        names = ", ".join(tally.failed[:NAMED])
        more = len(tally.failed) - NAMED
        names += f" and {more} more" if more > 0 else ""
        click.echo(f"Error: {len(tally.failed)} of {total} inputs failed: {names}", err=True)
