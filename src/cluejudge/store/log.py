"""The log: entries that are only ever appended, each with the hash of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, insert, select

from cluejudge.store.canonical import canonical_json, entry_hash
from cluejudge.store.records import Entry, EntryKind, NewEntry
from cluejudge.store.tables import entries

GENESIS = "0" * 64
"""What stands for the hash before that of the first entry."""


def append(connection: Connection, new: Sequence[NewEntry], *, at: str) -> list[Entry]:
    """Append entries, in order, all with the time `at`.

    `connection` must be one of `Database.writing`: only then does no other append between.
    Raises ValueError for a body that JSON can not hold, such as one with NaN.
    """
    seq, previous = _end(connection)
    appended: list[Entry] = []
    for entry in new:
        seq += 1
        appended.append(_chained(entry, seq, at, previous))
        previous = appended[-1].hash
    if appended:
        connection.execute(insert(entries), [_values(entry) for entry in appended])
    return appended


def about(connection: Connection, subject: str) -> list[Entry]:
    """The entries about a subject, the oldest first."""
    rows = connection.execute(select(entries).filter_by(subject=subject).order_by(entries.c.seq))
    return [read(row) for row in rows]


def entry(connection: Connection, seq: int) -> Entry | None:
    """The `seq`-th entry."""
    row = connection.execute(select(entries).filter_by(seq=seq)).first()
    return read(row) if row else None


def read(row: Row[tuple[object, ...]]) -> Entry:
    """An entry from its row."""
    values = row._mapping
    return Entry(**{**values, "kind": EntryKind(values["kind"])})


def _end(connection: Connection) -> tuple[int, str]:
    last = select(entries.c.seq, entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
    row = connection.execute(last).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def _chained(new: NewEntry, seq: int, at: str, previous: str) -> Entry:
    body = canonical_json(new.body)
    facts = {"at": at, "subject": new.subject, "body": body, "previous": previous}
    digest = entry_hash(seq=seq, kind=new.kind.value, **facts)
    return Entry(seq=seq, kind=new.kind, hash=digest, **facts)


def _values(entry: Entry) -> dict[str, int | str]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "body": entry.body,
        "previous": entry.previous,
        "hash": entry.hash,
    }
