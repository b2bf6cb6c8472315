"""The summary of a batch for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cluejudge.batch.summary import Spent, Summary
from cluejudge.cli import table
from cluejudge.report.words import one_line


def summary(found: Summary) -> RenderableType:
    """How many images came out how, by which rule, why some were not judged, and how long it took.

    A rule that no image violates has a line only if it was left open more often than any is: an
    image that the models do not know leaves open all of them.
    """
    return Group(
        table.summary(found.outcomes),
        *_notes(found),
        *_rules(found),
        *_errors(found),
        *(() if found.last_run is None else _time(found.last_run, found.images)),
    )


def _notes(found: Summary) -> Iterator[Text]:
    if found.duplicates:
        have = "1 has" if found.duplicates == 1 else f"{found.duplicates} have"
        yield Text(f"{have} the bytes of an earlier one, and its verdict", "dim")
    if found.actions:
        told = [f"{one_line(action)} {count}" for action, count in found.actions.items()]
        yield Text(f"actions: {', '.join(told)}")


def _rules(found: Summary) -> Iterator[RenderableType]:
    least = min((counts.not_judged for counts in found.rules.values()), default=0)
    told = {
        rule: counts
        for rule, counts in found.rules.items()
        if counts.violated or counts.unsure or counts.not_judged > least
    }
    if not told:
        return
    drawn = _plain("rule", "violated", "unsure", "not judged")
    for rule, counts in told.items():
        numbers = (counts.violated, counts.unsure, counts.not_judged)
        drawn.add_row(one_line(rule), *(str(number) if number else "" for number in numbers))
    yield drawn


def _errors(found: Summary) -> Iterator[RenderableType]:
    if not found.errors:
        return
    drawn = _plain("error", "images")
    drawn.add_column("such as", overflow="fold")
    for code, error in found.errors.items():
        drawn.add_row(code, str(error.count), ", ".join(map(one_line, error.examples)))
    yield drawn


def _time(spent: Spent, images: int) -> Iterator[Text]:
    """Where the time went; nothing where this run judged nothing."""
    if not spent.judged:
        return
    what = (
        f"this run judged {spent.judged} of {images} images" if spent.judged < images else "judged"
    )
    line = f"{what} in {_clock(spent.seconds)}, {spent.rate:.1f} a second"
    whole = spent.models + spent.waiting + spent.rest
    if whole:
        shares = (
            f"{part / whole:.0%} {name}"
            for part, name in (
                (spent.models, "in the models"),
                (spent.waiting, "waiting for images"),
                (spent.rest, "else"),
            )
        )
        line += f": {', '.join(shares)}"
    yield Text(line, "dim")


def _clock(seconds: float) -> str:
    """Seconds below a minute, then hours, minutes and seconds."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02} min"


def _plain(first: str, *numbers: str) -> Table:
    drawn = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    drawn.add_column(first, no_wrap=True)
    for name in numbers:
        drawn.add_column(name, justify="right", no_wrap=True)
    return drawn
