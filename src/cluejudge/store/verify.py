"""Goes over the whole log: is it unbroken, and do the tables agree with it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from cluejudge.store import agreement, standing
from cluejudge.store.canonical import entry_hash
from cluejudge.store.database import Database
from cluejudge.store.log import GENESIS
from cluejudge.store.tables import entries

_BATCH = 200
"""Entries that are in memory at a time; each may hold a verdict of 100 kB."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of going over the log.

    `entries` were found whole, and `head` is the hash of the last of them. If the log is broken,
    `reason` says how, and `first_bad` where, if it is known where.
    """

    ok: bool
    entries: int
    head: str
    first_bad: int | None = None
    reason: str = ""


def verify(database: Database, *, head: str = "") -> Verification:
    """Whether no entry was changed, left out, put in or moved, and all tables agree with the log.

    `head` is one that was noted down from an earlier time: the log must still hold it. Without,
    it cannot be known whether the newest entries were cut off, or the whole log written anew.
    Entries may be appended meanwhile. Memory does not grow with the log.
    """
    so_far = Verification(ok=True, entries=0, head=GENESIS)
    held = head in {"", GENESIS}
    while True:
        so_far, seen = _next(database, so_far)
        held = held or head in seen
        if not so_far.ok:
            return so_far
        if not seen:
            break
    with database.reading() as connection:
        lost = agreement.without_entry(connection)
        unknown = standing.unknown(connection)
    if not held:
        cut = f"the log does not hold {head}: it was cut off before, or written anew"
        return replace(so_far, ok=False, reason=cut)
    if lost:
        return replace(so_far, ok=False, first_bad=lost[0], reason=lost[1])
    return replace(so_far, ok=False, reason=unknown) if unknown else so_far


def _next(database: Database, so_far: Verification) -> tuple[Verification, list[str]]:
    """Go on over some entries; their hashes too, none of them at the end."""
    query = select(entries).order_by(entries.c.seq).limit(_BATCH)
    if so_far.entries:
        query = query.where(entries.c.seq > so_far.entries)
    with database.reading() as connection:
        rows = connection.execute(query).all()
        so_far, whole = _chain(rows, so_far)
        different = agreement.first_difference(connection, whole) if whole else None
    if different is not None:
        seq, reason = different
        before = seq - 1
        head = next((row.hash for row in whole if row.seq == before), whole[0].previous)
        return Verification(False, before, head, seq, reason), []
    return so_far, [row.hash for row in whole]


def _chain(
    rows: Sequence[Row[Any, Any, Any]], so_far: Verification
) -> tuple[Verification, list[Row[Any, Any, Any]]]:
    """Go on over `rows` up to the first that breaks the chain; those before it are whole."""
    whole: list[Row[Any, Any, Any]] = []
    for row in rows:
        reason = _broken(row, so_far)
        if reason:
            return replace(so_far, ok=False, first_bad=so_far.entries + 1, reason=reason), whole
        whole.append(row)
        so_far = Verification(ok=True, entries=row.seq, head=row.hash)
    return so_far, whole


def _broken(row: Row[Any, Any, Any], so_far: Verification) -> str:
    if row.seq != so_far.entries + 1:
        where = "is missing" if row.seq > so_far.entries else f"comes after one numbered {row.seq}"
        return f"entry {so_far.entries + 1} {where}"
    if row.previous != so_far.head:
        return "it does not follow the entry before it"
    facts = {name: value for name, value in row._mapping.items() if name != "hash"}
    if not all(isinstance(value, str) for name, value in facts.items() if name != "seq"):
        return "it holds what is no text"
    return "" if entry_hash(**facts) == row.hash else "it was changed: its hash is another"
