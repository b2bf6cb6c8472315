"""Images that are kept for review, for some days or as long as a case needs them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from cluejudge.errors import CluejudgeError, StoreError, UsageError
from cluejudge.store import log
from cluejudge.store.database import Database
from cluejudge.store.places import Place, open_place
from cluejudge.store.records import EntryKind, NewEntry
from cluejudge.store.tables import images
from cluejudge.store.times import stamp

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_MIME = 64

_GOING = "0"
"""When an image expires that is being removed: before all times, so it is there no more."""


@dataclass(frozen=True, slots=True)
class KeptImage:
    """What is known of a kept image; `expires` is empty while a case needs it."""

    sha256: str
    mime: str
    size: int
    kept: str
    expires: str


class KeptImages:
    """The kept images. Without a `place` none is kept anew; what was kept before is still found.

    `place` is a folder or a URL (see `open_place`); `days` is how long an image is kept after it
    last came. No image is ever overwritten.
    """

    def __init__(self, database: Database, place: str | None = None, days: float = 30.0) -> None:
        if not 0 < days <= 36_600:
            raise UsageError(f"images cannot be kept for {days} days")
        self._database = database
        self._days = days
        self._opened: dict[str, Place] = {}
        self._root = None if place is None else _absolute(place)
        if self._root is not None:
            self._place(self._root)

    @property
    def on(self) -> bool:
        """Whether images are kept."""
        return self._root is not None

    def keep(self, sha256: str, data: bytes, mime: str) -> bool:
        """Keep an image for the days to come; False if images are not kept.

        False also for one that is being removed at this very moment: it can be kept again later.
        Raises ValueError if `sha256` is not that of `data`, StoreError if it cannot be written.
        """
        if self._root is None:
            return False
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("an image can be kept under its own sha256 only")
        # On record before it is there: what is lost between the two expires nevertheless.
        with self._database.writing() as connection:
            root = self._note(connection, sha256, len(data), mime[:_LONGEST_MIME])
        if root is not None:
            self._place(root).write(sha256, data)
        return root is not None

    def find(self, sha256: str) -> KeptImage | None:
        """What is known of an image that is kept and has not expired."""
        row = self._row(sha256)
        return None if row is None else KeptImage(**_facts(row))

    def read(self, sha256: str) -> bytes | None:
        """The bytes of a kept image; None if it is not, or not any more.

        Raises StoreError if they are not what was kept.
        """
        row = self._row(sha256)
        if row is None:
            return None
        for root in self._roots(row.place):
            data = self._place(root).read(sha256)
            if data is not None:
                return _whole(sha256, data, root)
        return None

    def pin(self, sha256: str) -> bool:
        """Keep an image until it is unpinned; False if it is not kept."""
        with self._database.writing() as connection:
            return pin(connection, sha256, self._database.at())

    def unpin(self, sha256: str) -> None:
        """Let a pinned image expire, the days from now."""
        with self._database.writing() as connection:
            self.unpinned(connection, sha256)

    def unpinned(self, connection: Connection, sha256: str) -> None:
        """The same within a transaction that writes."""
        pinned = and_(images.c.sha256 == sha256, images.c.expires == "")
        connection.execute(images.update().where(pinned).values(expires=self._expiry()))

    def purge(self, now: datetime | None = None) -> int:
        """Remove what has expired by `now`, wherever it was kept; how many images that were.

        One that cannot be removed stays on record, and keeps none of the others: it is tried again
        next time. Raises StoreError then, when the others are done.
        """
        at = self._database.at() if now is None else stamp(now)
        with self._database.reading() as connection:
            due = connection.scalars(select(images.c.sha256).where(_due(at))).all()
        purged, errors = 0, []
        for sha256 in due:
            try:
                purged += self._purge(sha256, at)
            except CluejudgeError as error:
                errors.append(error)
        if self._root is not None:
            self._place(self._root).sweep()
        if errors:
            said = f"{len(errors)} kept images have expired and could not be removed: {errors[0]}"
            raise StoreError(said, hint="they are tried again next time") from errors[0]
        return purged

    def _note(self, connection: Connection, sha256: str, size: int, mime: str) -> str | None:
        """Put an image on record, or let it expire later; where it is to be, None if it goes."""
        row = connection.execute(select(images).where(images.c.sha256 == sha256)).first()
        expires = self._expiry()
        if row is not None and row.expires == _GOING:
            return None
        if row is not None:
            later = max(row.expires, expires) if row.expires else ""
            connection.execute(
                images.update().where(images.c.sha256 == sha256).values(expires=later)
            )
            return str(row.place)
        facts = {"size": size, "mime": mime}
        at = self._database.at()
        values = {"sha256": sha256, "place": self._root, "kept": at, "expires": expires}
        connection.execute(images.insert().values(**values, **facts))
        entry = NewEntry(EntryKind.IMAGE_KEPT, sha256, {**facts, "days": self._days})
        log.append(connection, [entry], at=at)
        return self._root

    def _purge(self, sha256: str, at: str) -> int:
        """Remove one image, if it is still due; 1 if it is gone by this."""
        one = images.c.sha256 == sha256
        with self._database.writing() as connection:
            row = connection.execute(select(images).where(one, _due(at))).first()
            if row is None:
                return 0
            connection.execute(images.update().where(one).values(expires=_GOING))
        # Not while writing, for a place that does not answer would keep all others from it.
        for root in self._roots(row.place):
            self._place(root).delete(sha256)
        with self._database.writing() as connection:
            gone = connection.execute(images.delete().where(one, images.c.expires == _GOING))
            if gone.rowcount:
                purged = NewEntry(EntryKind.IMAGE_PURGED, sha256, {"kept": row.kept})
                log.append(connection, [purged], at=self._database.at())
        return gone.rowcount

    def _row(self, sha256: str) -> Row[tuple[object, ...]] | None:
        if not _SHA256.fullmatch(sha256):
            return None
        query = select(images).where(_there(sha256, self._database.at()))
        with self._database.reading() as connection:
            return connection.execute(query).first()

    def _roots(self, place: str) -> list[str]:
        """Where an image may be: where it was put, or, if all was moved, where they are put now."""
        return [place] if self._root in {None, place} else [place, str(self._root)]

    def _place(self, root: str) -> Place:
        if root not in self._opened:
            self._opened[root] = open_place(root, make=root == self._root)
        return self._opened[root]

    def _expiry(self) -> str:
        return stamp(self._database.now() + timedelta(days=self._days))


def pin(connection: Connection, sha256: str, at: str) -> bool:
    """Within a transaction that writes: let an image not expire; False if it is not kept."""
    if not _SHA256.fullmatch(sha256):
        return False
    update = images.update().where(_there(sha256, at)).values(expires="")
    return connection.execute(update).rowcount > 0


def _there(sha256: str, at: str) -> ColumnElement[bool]:
    lasts = or_(images.c.expires == "", images.c.expires > at)
    return and_(images.c.sha256 == sha256, lasts)


def _due(at: str) -> ColumnElement[bool]:
    return and_(images.c.expires != "", images.c.expires <= at)


def _facts(row: Row[tuple[object, ...]]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in ("sha256", "mime", "size", "kept", "expires")}


def _whole(sha256: str, data: bytes, root: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError(
            f"the kept image {sha256} at {root} is not what was kept",
            hint="its file was changed or is damaged: remove it",
        )
    return data


def _absolute(place: str) -> str:
    return place.rstrip("/") if "://" in place or not place.strip() else str(Path(place).absolute())
