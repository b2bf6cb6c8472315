"""`cluejudge export`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from cluejudge.cli import exits
from cluejudge.cli.records import db_option

if TYPE_CHECKING:
    from cluejudge.store.records import DecisionFilter

FORMATS = ("label-studio", "fiftyone", "llavaguard", "dsa")
OUTCOMES = ("safe", "unsafe", "abstain", "error")
BY = "cluejudge export"

HELP = """Write the decisions of a record, as they stand after reviews, for another tool.

label-studio: tasks with predictions and reviews; fiftyone: samples; llavaguard: rating, category
and rationale of what was decided; dsa: fields of a statement of reasons for what is unsafe. The
newest come first. The record keeps who exported what.

Exit codes: 0 written; 1 the database failed; 2 wrong usage, or there is no such record.
"""


@click.command(help=HELP)
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@db_option
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice(OUTCOMES),
    help="As the judge decided. May be repeated.",
)
@click.option("--rule", default="", metavar="ID", help="A rule that the judge found violated.")
@click.option("--constitution", default="", metavar="NAME")
@click.option("--version", type=click.IntRange(1, 2**31 - 1), help="Its version in the record.")
@click.option("--since", default="", metavar="TIME", help="ISO 8601; UTC if it says no zone.")
@click.option("--until", default="", metavar="TIME", help="Up to before this time.")
@click.option("--reviewed/--not-reviewed", default=None, help="By default both.")
@click.option("--lines", is_flag=True, help="One JSON object a line instead of an array.")
def export(form: str, db: str, outcomes: tuple[str, ...], lines: bool, **given: Any) -> int:
    """Write decisions to standard output."""
    from importlib import import_module

    import_module("cluejudge.store")  # says what to install where something is missing
    from cluejudge.store.records import DecisionFilter
    from cluejudge.verdict import Outcome

    wanted = DecisionFilter(outcomes=tuple(map(Outcome, outcomes)), **given)
    _write(form, db, wanted, lines=lines)
    return exits.OK


def _write(form: str, db: str, wanted: DecisionFilter, *, lines: bool) -> None:
    from cluejudge.exports.formats import FORMATS as WRITERS
    from cluejudge.exports.lines import Joined, Shape
    from cluejudge.exports.reading import pages
    from cluejudge.store import migrate
    from cluejudge.store.database import Database
    from cluejudge.store.store import Store
    from cluejudge.store.urls import open_engine

    joined = Joined(Shape.LINES if lines else Shape.JSON)
    with Store(Database(open_engine(db, create=False))) as store:
        migrate.require(store.database)
        found = pages(store, wanted)
        first = next(found)
        store.exports.begun(form, wanted, BY)
        for rows in chain([first], found):
            told = (WRITERS[form](row) for row in rows)
            click.echo(joined.some(one for one in told if one is not None), nl=False)
        click.echo(joined.end(), nl=False)
