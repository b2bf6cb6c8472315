"""Whether constitutions, keys and cases are as the log says they were made and changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, exists, func, select

from cluejudge.store.records import EntryKind
from cluejudge.store.tables import cases, constitutions, entries, keys


@dataclass(frozen=True, slots=True)
class Facts:
    """An entry of the log as it was read, and what its body says."""

    seq: int
    at: str
    kind: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """A table each of whose rows an entry of `kind` made: about `subject`, and then, `at`."""

    kind: EntryKind
    subject: Column[str]
    at: Column[str]
    called: Callable[[Row[Any, Any, Any]], str]


_MADE = (
    _Made(
        EntryKind.CONSTITUTION,
        constitutions.c.name,
        constitutions.c.at,
        lambda row: f"version {row.version} of {row.name}",
    ),
    _Made(EntryKind.KEY, keys.c.id, keys.c.created, lambda row: f"the key {row.name}"),
    _Made(EntryKind.CASE, cases.c.id, cases.c.at, lambda row: f"the case {row.id}"),
)


def unlike(connection: Connection, it: Facts) -> str:
    """What does not agree with an entry about one of these; empty if all does."""
    if it.kind == EntryKind.CONSTITUTION:
        return "" if _constitution_agrees(connection, it) else "the constitution is another"
    if it.kind == EntryKind.KEY:
        return "" if _key_agrees(connection, it) else "the key is another"
    if it.kind == EntryKind.CASE:
        return "" if _case_agrees(connection, it) else "the case is another"
    return ""


def unknown(connection: Connection) -> str:
    """A constitution, key or case that no entry tells of; empty if there is none."""
    for made in _MADE:
        entry = exists().where(
            entries.c.kind == made.kind.value,
            entries.c.subject == made.subject,
            entries.c.at == made.at,
        )
        row = connection.execute(select(made.subject.table).where(~entry).limit(1)).first()
        if row is not None:
            return f"the log knows nothing of {made.called(row)}"
    return ""


def _constitution_agrees(connection: Connection, it: Facts) -> bool:
    name, version = it.body["name"], it.body["version"]
    row = connection.execute(select(constitutions).filter_by(name=name, version=version)).first()
    said = {column: it.body[column] for column in ("name", "version", "label", "digest", "text")}
    said |= {"by": it.body["by"], "at": it.at}
    return row is not None and dict(row._mapping) == said


def _key_agrees(connection: Connection, it: Facts) -> bool:
    """A key may do what it was made for, and is revoked since the entry that says so."""
    row = connection.execute(select(keys).filter_by(id=it.subject)).first()
    if row is None:
        return False
    if it.body["change"] == "revoked":
        return bool(row.revoked == it.at)
    made = (row.name, row.scopes, row.per_minute, row.created)
    return made == (
        it.body["name"],
        " ".join(sorted(it.body["scopes"])),
        it.body["per_minute"],
        it.at,
    )


def _case_agrees(connection: Connection, it: Facts) -> bool:
    """A case is what it was made as, until the entry that removes it."""
    row = connection.execute(select(cases).filter_by(id=it.subject)).first()
    if it.body["change"] == "removed":
        return row is None
    if row is None:
        later = (
            select(func.count()).select_from(entries).filter_by(kind=it.kind, subject=it.subject)
        )
        return bool(connection.scalar(later.where(entries.c.seq > it.seq)))
    stored = {**row._mapping, "expected_violated": json.loads(row.expected_violated)}
    return {"change": "added", **stored} == it.body
