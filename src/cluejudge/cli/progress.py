"""A progress bar, for those who watch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluejudge.cli.terminal import Terminal

Report = Callable[[int, int | None], None]


def progress(total: int, shared: Terminal | None) -> AbstractContextManager[Report | None]:
    """A bar on standard error while it lasts; None if that is no terminal or there is one input.

    `shared` is the console that verdicts go to, if there is one. If it is a terminal too, the bar
    is drawn through it, so that the two do not write over each other.
    """
    if total < 2 or not sys.stderr.isatty():
        return nullcontext()
    if shared is not None and shared.is_terminal:
        return _bar(total, shared)
    if sys.stdout.isatty():
        return nullcontext()
    from cluejudge.cli.terminal import Terminal

    return _bar(total, Terminal(sys.stderr, os.environ))


@contextmanager
def _bar(total: int, console: Terminal) -> Iterator[Report]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as drawn:
        task = drawn.add_task("", total=total)
        yield lambda done, _: drawn.update(task, completed=done)
