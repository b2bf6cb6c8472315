"""Constitutions and their versions, and which version of each is in force."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, RowMapping, func, select

from cluejudge.errors import UsageError
from cluejudge.store import log
from cluejudge.store.database import Database, holdable
from cluejudge.store.records import EntryKind, NewEntry, StoredConstitution
from cluejudge.store.tables import activations, constitutions
from cluejudge.store.texts import named

_HIGHEST = 2**31 - 1


class Constitutions:
    """The constitutions by name. A version is never changed; none is active until it is told so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, text: str, *, name: str, label: str, digest: str, by: str) -> StoredConstitution:
        """The next version of `name`, from 1; the newest one if that means the same.

        `label` is the version its author wrote, `digest` that of its meaning. It is not active.
        """
        named("a constitution", name)
        named("who adds a constitution", by)
        if label:
            named("a constitution's version", label)
        if not holdable(text):
            raise UsageError(f"the text of {name} holds characters that cannot be written")
        with self._database.writing() as connection:
            newest = _newest(connection, name)
            if newest is not None and newest.digest == digest:
                return newest
            stored = StoredConstitution(
                name=name,
                version=newest.version + 1 if newest is not None else 1,
                label=label,
                digest=digest,
                text=text,
                at=self._database.at(),
                by=by,
                active=False,
            )
            row = stored.model_dump(exclude={"active"})
            connection.execute(constitutions.insert().values(row))
            body = stored.model_dump(exclude={"active", "at"})
            log.append(connection, [NewEntry(EntryKind.CONSTITUTION, name, body)], at=stored.at)
        return stored

    def get(self, name: str, version: int | None = None) -> StoredConstitution | None:
        """A version of `name`, by default the active one; None if there is none."""
        if not holdable(name):
            return None
        with self._database.reading() as connection:
            return _get(connection, name, version)

    def versions(self, name: str) -> tuple[StoredConstitution, ...]:
        """All versions of `name`, the newest first; none for an unknown name."""
        if not holdable(name):
            return ()
        query = select(constitutions).where(constitutions.c.name == name)
        with self._database.reading() as connection:
            active = _active(connection, name)
            rows = connection.execute(query.order_by(constitutions.c.version.desc())).mappings()
            return tuple(_stored(row, active) for row in rows)

    def names(self) -> tuple[str, ...]:
        """The names of all constitutions, sorted."""
        with self._database.reading() as connection:
            return tuple(sorted(connection.scalars(select(constitutions.c.name).distinct())))

    def activate(self, name: str, version: int, by: str) -> StoredConstitution:
        """Judge by this version of `name` from now on; raises UsageError if there is none."""
        with self._database.writing() as connection:
            return self._activate(connection, name, version, by, rolled_back=False)

    def roll_back(self, name: str, by: str) -> StoredConstitution:
        """Activate what was active before; twice goes back two steps.

        Raises UsageError if nothing was.
        """
        with self._database.writing() as connection:
            path = _path(_activated(connection, name))
            if len(path) < 2:
                raise UsageError(
                    f"nothing to roll {name} back to: no other version was active before",
                    hint="activate a version by its number",
                )
            return self._activate(connection, name, path[-2], by, rolled_back=True)

    def _activate(
        self, connection: Connection, name: str, version: int, by: str, *, rolled_back: bool
    ) -> StoredConstitution:
        named("who activates a constitution", by)
        stored = _get(connection, name, version) if holdable(name) else None
        if stored is None:
            raise UsageError(f"there is no version {version} of a constitution {name!r}")
        if stored.active:
            return stored
        body = {
            "name": name,
            "version": version,
            "digest": stored.digest,
            "rolled_back": rolled_back,
            "by": by,
        }
        at = self._database.at()
        (entry,) = log.append(connection, [NewEntry(EntryKind.ACTIVATION, name, body)], at=at)
        connection.execute(
            activations.insert().values(seq=entry.seq, name=name, version=version, at=at, by=by)
        )
        return stored.model_copy(update={"active": True})


def _newest(connection: Connection, name: str) -> StoredConstitution | None:
    query = select(func.max(constitutions.c.version)).where(constitutions.c.name == name)
    newest = connection.scalar(query)
    return None if newest is None else _get(connection, name, newest)


def _get(connection: Connection, name: str, version: int | None) -> StoredConstitution | None:
    active = _active(connection, name)
    wanted = active if version is None else version
    if wanted is None or not 0 < wanted <= _HIGHEST:
        return None
    query = select(constitutions).where(
        constitutions.c.name == name, constitutions.c.version == wanted
    )
    row = connection.execute(query).mappings().first()
    return _stored(row, active) if row is not None else None


def _stored(row: RowMapping, active: int | None) -> StoredConstitution:
    return StoredConstitution.model_validate({**row, "active": row["version"] == active})


def _active(connection: Connection, name: str) -> int | None:
    query = select(activations.c.version).where(activations.c.name == name)
    return connection.scalar(query.order_by(activations.c.seq.desc()).limit(1))


def _activated(connection: Connection, name: str) -> Iterable[int]:
    if not holdable(name):
        return ()
    query = select(activations.c.version).where(activations.c.name == name)
    return connection.scalars(query.order_by(activations.c.seq)).all()


def _path(activated: Iterable[int]) -> list[int]:
    """The way to the active version: to activate what was active before is to go back on it."""
    path: list[int] = []
    for version in activated:
        if path[-2:-1] == [version]:
            path.pop()
        else:
            path.append(version)
    return path
