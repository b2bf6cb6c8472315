"""API keys: who may ask for what. A key's secret is told once and nowhere kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from sqlalchemy import RowMapping, select

from cluejudge.errors import UsageError
from cluejudge.store import log
from cluejudge.store.database import Database, holdable
from cluejudge.store.ids import new_id
from cluejudge.store.records import EntryKind, Key, NewEntry, Scope
from cluejudge.store.tables import keys
from cluejudge.store.texts import named

LOCAL = "local"
"""The name of whoever asks on the machine itself while there are no keys; no key may have it."""

LONGEST = 64
"""Characters of a key's name: what a reviewer is called may have more behind it."""

_SECRET = re.compile(r"cj_[A-Za-z0-9_-]{43}")


class Keys:
    """The keys, by name. A name is given once: the record names who asked by it for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, name: str, scopes: Iterable[Scope], per_minute: int | None = None
    ) -> tuple[Key, str]:
        """A new key and its secret of 256 random bits, which cannot be had again.

        `per_minute` is how many requests a minute it may make; None leaves it to the service.
        Raises UsageError for a name that is taken, by a revoked key too, and for no scope.
        """
        granted = frozenset(map(Scope, scopes))
        _check(name, granted, per_minute)
        secret = f"cj_{secrets.token_urlsafe(32)}"
        with self._database.writing() as connection:
            if connection.scalar(select(keys.c.id).where(keys.c.name == name)) is not None:
                raise UsageError(
                    f"there is a key {name} already, or there was",
                    hint="choose another name: the record knows who asked by it",
                )
            key = Key(
                id=new_id("key", self._database.now()),
                name=name,
                scopes=granted,
                per_minute=per_minute,
                created=self._database.at(),
            )
            connection.execute(keys.insert().values(_row(key) | {"secret": hashed(secret)}))
            log.append(connection, [_entry("added", key)], at=key.created)
        return key, secret

    def find(self, secret: str) -> Key | None:
        """The key with this secret; None if there is none, or if it was revoked."""
        if not _SECRET.fullmatch(secret):
            return None
        wanted = hashed(secret)
        with self._database.reading() as connection:
            row = connection.execute(select(keys).where(keys.c.secret == wanted)).mappings().first()
        # Found by its hash, whose timing tells nothing of the secret; compared all the same, so
        # that no collation of a database can make two of them one.
        if row is None or row["revoked"] or not hmac.compare_digest(row["secret"], wanted):
            return None
        return _key(row)

    def list(self) -> tuple[Key, ...]:
        """All keys, revoked ones too, in the order in which they were made."""
        with self._database.reading() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created, keys.c.name))
            return tuple(map(_key, rows.mappings()))

    def revoke(self, name: str) -> Key:
        """Refuse the key from now on, and end its sessions; a revoked one stays as it is.

        Raises UsageError if there is no such key.
        """
        with self._database.writing() as connection:
            row = None
            if holdable(name):
                found = connection.execute(select(keys).where(keys.c.name == name))
                row = found.mappings().first()
            if row is None:
                raise UsageError(
                    f"there is no key {name!r}", hint="`cluejudge keys list` shows them"
                )
            if row["revoked"]:
                return _key(row)
            at = self._database.at()
            key = _key(row).model_copy(update={"revoked": at})
            connection.execute(keys.update().where(keys.c.id == key.id).values(revoked=at))
            log.append(connection, [_entry("revoked", key)], at=at)
        return key

    def any(self) -> bool:
        """Whether there ever was a key: to revoke the last one must not let everyone in."""
        with self._database.reading() as connection:
            return connection.scalar(select(keys.c.id).limit(1)) is not None


def hashed(secret: str) -> str:
    """sha256, hex: of 256 random bits no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def scopes_text(scopes: Iterable[Scope]) -> str:
    """Scopes as a column holds them."""
    return " ".join(sorted(scopes))


def scopes_of(text: str) -> frozenset[Scope]:
    """Scopes out of a column."""
    return frozenset(map(Scope, text.split()))


def _check(name: str, scopes: frozenset[Scope], per_minute: int | None) -> None:
    named("a key", name, LONGEST)
    if "/" in name:
        raise UsageError(
            f"no key may be named {name}: behind a / stands who of those that share a key reviewed"
        )
    if name == LOCAL:
        raise UsageError(f"no key may be named {LOCAL}: it is whoever asks without a key")
    if not scopes:
        raise UsageError(f"the key {name} may do nothing", hint=f"scopes are {', '.join(Scope)}")
    if per_minute is not None and not 1 <= per_minute <= 1_000_000:
        raise UsageError(f"{per_minute} requests a minute is not between 1 and 1000000")


def _row(key: Key) -> dict[str, object]:
    return key.model_dump() | {"scopes": scopes_text(key.scopes)}


def _key(row: RowMapping) -> Key:
    fields = {name: row[name] for name in Key.model_fields}
    return Key.model_validate(fields | {"scopes": scopes_of(row["scopes"])})


def _entry(change: str, key: Key) -> NewEntry:
    body = {
        "change": change,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "per_minute": key.per_minute,
    }
    return NewEntry(EntryKind.KEY, key.id, body)
