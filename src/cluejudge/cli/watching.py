"""How far a batch is: a bar for those who watch, else a line now and then."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from cluejudge.verdict import Outcome

if TYPE_CHECKING:
    from cluejudge.batch.tally import Tally
    from cluejudge.batch.tools import Told

TOLD = (Outcome.UNSAFE, Outcome.ABSTAIN, Outcome.ERROR)
_DRAWN = 0.1  # seconds from one drawing to the next
_LINES = 60.0  # seconds from line to line


class Watch:
    """Counts rows as they are told, and has what is known drawn every `pause` seconds."""

    def __init__(
        self,
        draw: Callable[[Watch], None],
        pause: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rows = self.total = self.fresh = 0
        self.counts: Counter[Outcome] = Counter()
        self.has_begun = False
        self._draw, self._pause, self._clock = draw, pause, clock
        self._began = self._last = clock()

    def listed(self, rows: int) -> None:
        """So many rows are listed so far."""
        self.total = rows
        self._now_and_then()

    def begin(self, rows: int, before: Tally) -> None:
        """All rows are listed, and those of `before` were judged by earlier runs."""
        self.has_begun = True
        self.total, self.rows = rows, before.total
        self.counts.update(before.outcomes)
        self._began = self._last = self._clock()
        self._draw(self)

    def told(self, row: Told) -> None:
        """One more row is judged."""
        self.rows += 1
        self.fresh += row.fresh
        self.counts[row.outcome] += 1
        self._now_and_then()

    @property
    def rate(self) -> float:
        """Rows a second that this run has judged."""
        took = self._clock() - self._began
        return self.fresh / took if took > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at this rate, if there is one."""
        return (self.total - self.rows) / self.rate if self.rate else None

    def said(self) -> str:
        """The outcomes that matter, and the rate."""
        found = [f"{self.counts[outcome]} {outcome}" for outcome in TOLD if self.counts[outcome]]
        return ", ".join([*found, f"{self.rate:.1f} a second"])

    def _now_and_then(self) -> None:
        if self._clock() - self._last >= self._pause:
            self._last = self._clock()
            self._draw(self)


@contextmanager
def watching() -> Iterator[Watch]:
    """A watch for a run: a bar on standard error if that is a terminal, else lines.

    If the run is stopped, it says how far it came.
    """
    watch, finished = Watch(_say, _LINES), False
    try:
        with ExitStack() as stack:
            if sys.stderr.isatty():
                watch = Watch(stack.enter_context(_bar()), _DRAWN)
            yield watch
        finished = True
    finally:
        if watch.has_begun and not finished:
            click.echo(
                f"Stopped: {watch.rows} of {watch.total} judged; a run into the same folder goes "
                "on from there",
                err=True,
            )


def _say(watch: Watch) -> None:
    if not watch.has_begun:
        click.echo(f"{watch.total} images listed so far", err=True)
    elif watch.fresh:
        left = "" if watch.left is None else f", about {_clock(watch.left)} left"
        click.echo(f"{watch.rows} of {watch.total} judged: {watch.said()}{left}", err=True)


@contextmanager
def _bar() -> Iterator[Callable[[Watch], None]]:
    """Draws on standard error while it lasts."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cluejudge.cli.terminal import Terminal

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Progress(
        *columns,
        console=Terminal(sys.stderr, os.environ),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as drawn:
        task = drawn.add_task("listing", total=None, said="")

        def draw(watch: Watch) -> None:
            if not watch.has_begun:
                drawn.update(task, completed=watch.total)
                return
            left = "" if watch.left is None else f", {_clock(watch.left)} left"
            said = f"{watch.said()}{left}" if watch.fresh else ""
            drawn.update(
                task, description="judging", total=watch.total, completed=watch.rows, said=said
            )

        yield draw


def _clock(seconds: float) -> str:
    """As in 4:05 or 12:04:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
