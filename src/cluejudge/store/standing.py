"""Whether constitutions and keys are as the log says they were made and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select

from cluejudge.store.records import EntryKind
from cluejudge.store.tables import constitutions, entries, keys


@dataclass(frozen=True, slots=True)
class Facts:
    """An entry of the log as it was read, and what its body says."""

    seq: int
    at: str
    kind: str
    subject: str
    body: Mapping[str, Any]


def unlike(connection: Connection, it: Facts) -> str:
    """What does not agree with an entry about a constitution or a key; empty if all does."""
    if it.kind == EntryKind.CONSTITUTION:
        return "" if _constitution_agrees(connection, it) else "the constitution is another"
    if it.kind == EntryKind.KEY:
        return "" if _key_agrees(connection, it) else "the key is another"
    return ""


def unknown(connection: Connection) -> str:
    """A constitution or a key that no entry tells of; empty if there is none."""
    made = exists().where(
        entries.c.kind == EntryKind.CONSTITUTION.value,
        entries.c.subject == constitutions.c.name,
        entries.c.at == constitutions.c.at,
    )
    version = connection.execute(select(constitutions).where(~made).limit(1)).first()
    if version is not None:
        return f"the log knows nothing of version {version.version} of {version.name}"
    added = exists().where(
        entries.c.kind == EntryKind.KEY.value,
        entries.c.subject == keys.c.id,
        entries.c.at == keys.c.created,
    )
    key = connection.execute(select(keys).where(~added).limit(1)).first()
    return f"the log knows nothing of the key {key.name}" if key is not None else ""


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
