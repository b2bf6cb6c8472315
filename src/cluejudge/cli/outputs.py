"""Where verdicts go: a readable table, or one JSON object a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import click

from cluejudge.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from cluejudge.cli.terminal import Terminal


class Output(Protocol):
    """Takes verdicts as they come, and their counts at the end."""

    @property
    def console(self) -> Terminal | None:
        """The console that it draws on, if it does."""
        ...

    def show(self, verdict: Verdict) -> None:
        """Print one verdict at once."""
        ...

    def end(self, counts: Mapping[Outcome, int]) -> None:
        """Print what is to be said of all verdicts."""
        ...


class Lines:
    """One JSON object a line, always UTF-8."""

    console = None

    def show(self, verdict: Verdict) -> None:
        """Print one verdict at once."""
        click.echo(json_line(verdict), nl=False)

    def end(self, counts: Mapping[Outcome, int]) -> None:
        """Say nothing: every line is a verdict."""


class Tables:
    """For a reader at a terminal."""

    def __init__(self, *, explain: bool) -> None:
        from cluejudge.cli.terminal import Terminal

        self.console = Terminal(sys.stdout, os.environ)
        self._explain = explain

    def show(self, verdict: Verdict) -> None:
        """Print one verdict at once."""
        from cluejudge.cli import table

        self.console.show(table.verdict(verdict, explain=self._explain))

    def end(self, counts: Mapping[Outcome, int]) -> None:
        """Print the counts."""
        from cluejudge.cli import table

        self.console.show(table.summary(counts))


def output(*, as_json: bool, explain: bool) -> Output:
    """The output that was asked for."""
    return Lines() if as_json else Tables(explain=explain)


def json_line(verdict: Verdict) -> bytes:
    """A verdict as one line of JSON."""
    return verdict.model_dump_json().encode("utf-8") + b"\n"
