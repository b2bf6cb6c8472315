"""`cluejudge audit`: is the record whole, and what does it say?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cluejudge.cli import exits
from cluejudge.cli.lazy import Lazy, LazyGroup
from cluejudge.cli.records import db_option
from cluejudge.errors import UsageError

if TYPE_CHECKING:
    from cluejudge.store.database import Database
    from cluejudge.store.records import Entry
    from cluejudge.store.verify import Verification

COMMANDS = {
    "verify": Lazy("cluejudge.cli.audit:verify", "Go over the whole record for what was changed."),
    "show": Lazy("cluejudge.cli.audit:show", "Show what the record says about one thing."),
}

VERIFY = """Go over the whole record: was an entry changed, left out, put in or moved?

Each entry holds the hash of the one before, and the tables must say what the entries say. The last
hash is printed as `head`. Note it down, somewhere else than the record is: with --head, the record
must still hold it. Without, it cannot be known whether the newest entries were cut off, or all of
it written anew. It may be served meanwhile.

Exit codes: 0 the record is whole; 1 the database failed; 2 wrong usage; 3 the record is broken.
"""

SHOW = """Show the entries of the record about ID, the oldest first, one JSON object a line.

ID is that of a decision, with its reviews and who looked at it; of a key or a case, the name of a
constitution, the sha256 of a kept image, or the number of an entry.
"""

_HASH = re.compile(r"[0-9a-f]{64}")


@click.group(cls=LazyGroup, lazy=COMMANDS, help="Check the record, and read it.")
def audit() -> None:
    """Hold the commands together."""


@click.command(help=VERIFY)
@db_option
@click.option("--head", default="", metavar="HASH", help="A head that was noted down before.")
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
def verify(db: str, head: str, as_json: bool) -> int:
    """Verify a record."""
    if head and not _HASH.fullmatch(head := head.strip().lower()):
        raise UsageError(f"{head!r} is no head", hint="it has 64 hex digits")
    with _opened(db) as database:
        from cluejudge.store.verify import verify as verified

        found = verified(database, head=head)
    click.echo(json.dumps(asdict(found), indent=2) if as_json else _told(found))
    return exits.OK if found.ok else exits.FOUND


@click.command(help=SHOW)
@click.argument("id")
@db_option
def show(id: str, db: str) -> int:
    """Show entries of a record."""
    with _opened(db) as database:
        entries = _entries(database, id)
    if not entries:
        raise UsageError(f"the record says nothing about {id!r}")
    for entry in entries:
        click.echo(json.dumps(asdict(entry) | {"body": json.loads(entry.body)}))
    return exits.OK


@contextmanager
def _opened(db: str) -> Iterator[Database]:
    """The record at `db`, which must be there; nothing is changed in it."""
    from cluejudge.store import migrate
    from cluejudge.store.database import Database
    from cluejudge.store.urls import open_engine

    database = Database(open_engine(db, create=False))
    try:
        migrate.require(database)
        yield database
    finally:
        database.engine.dispose()


def _entries(database: Database, id: str) -> list[Entry]:
    from cluejudge.store import log
    from cluejudge.store.database import holdable

    if not holdable(id):
        return []
    with database.reading() as connection:
        entries = log.about(connection, id)
        if not entries and id.isascii() and id.isdecimal() and len(id) < 19:
            entry = log.entry(connection, int(id))
            entries = [entry] if entry is not None else []
    return entries


def _told(found: Verification) -> str:
    if found.ok:
        return f"The record is whole: {found.entries} entries.\nhead {found.head}"
    where = f" at entry {found.first_bad}" if found.first_bad is not None else ""
    return (
        f"The record is broken{where}: {found.reason}.\n"
        f"The {found.entries} entries before are whole.\nhead {found.head}"
    )
