"""What differs between two listings, in words. Both may be far larger than memory."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from cluejudge.report.words import one_line

_SHOWN = 3

Row = Sequence[object]
"""The id of a row, and whatever else a listing says of it."""


def differences(then: Iterable[Row], now: Iterable[Row]) -> tuple[str, ...]:
    """What is new, gone and changed between two listings; rows are the same if their ids are."""
    # Without a name it is kept in a temporary file that the system removes.
    with closing(sqlite3.connect("")) as base:
        base.execute("PRAGMA journal_mode = OFF")
        for name, rows in (("was", then), ("is_now", now)):
            base.execute(f"CREATE TABLE {name} (id TEXT, said BLOB)")
            base.executemany(f"INSERT INTO {name} VALUES (?, ?)", _hashed(rows))
            base.execute(f"CREATE INDEX {name}_ids ON {name} (id, said)")
        return tuple(_words(base))


def _hashed(rows: Iterable[Row]) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        yield str(row[0]), hashlib.sha256(repr(tuple(row)).encode()).digest()[:12]


def _words(base: sqlite3.Connection) -> Iterator[str]:
    counts = [base.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _BOTH]
    if counts[0] != counts[1]:
        yield f"{counts[0]} rows were listed, now {counts[1]}"
    yield from _some(base, "new", _ONLY.format(one="is_now", other="was"))
    yield from _some(base, "gone", _ONLY.format(one="was", other="is_now"))
    changed = tuple(_some(base, "changed", _CHANGED))
    yield from changed
    if counts[0] == counts[1] and not changed and not _differ(base):
        yield "the rows are in another order"


_BOTH = ("was", "is_now")
_ONLY = "FROM {one} WHERE id NOT IN (SELECT id FROM {other})"
_CHANGED = """FROM is_now WHERE id IN (SELECT id FROM was)
AND NOT EXISTS (SELECT 1 FROM was WHERE was.id = is_now.id AND was.said = is_now.said)"""


def _differ(base: sqlite3.Connection) -> bool:
    query = f"SELECT EXISTS (SELECT 1 {_ONLY.format(one='is_now', other='was')})"
    return bool(base.execute(query).fetchone()[0])


def _some(base: sqlite3.Connection, what: str, rows: str) -> Iterator[str]:
    """How many rows those are, and the first of them."""
    count = base.execute(f"SELECT count(*) {rows}").fetchone()[0]
    if count:
        first = base.execute(f"SELECT id {rows} ORDER BY rowid LIMIT {_SHOWN}").fetchall()
        names = ", ".join(one_line(str(name)) for (name,) in first)
        yield f"{count} {what}: {names}{', ...' if count > _SHOWN else ''}"
