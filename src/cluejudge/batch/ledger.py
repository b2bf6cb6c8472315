"""Which image is or was judged where, by the sha256 of its bytes: so that none is judged twice.

A ledger is a cache of what parts and journals hold, thrown away and made anew when a run starts.
What is judged is in an SQLite file, so that memory stays flat however many images there are; what
is under way is in memory, and ends with the process.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol, TypeAlias

from cluejudge.batch.bydigest import Keyed, Place, by_digest
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import journaled, journals
from cluejudge.batch.parts import parts, scan
from cluejudge.errors import StoreError


@dataclass(frozen=True, slots=True)
class Mine:
    """Who asked is to judge the image, and then to `settle` it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The image is judged; its verdict is in the part of `shard`, or in its journal."""

    shard: int
    row: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The image is being judged, for another row."""


Claimed: TypeAlias = Mine | Known | Elsewhere


class Ledger(Protocol):
    """What attempts at shards ask before they judge an image. Digests are 64 hex digits."""

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        """Who judges the image: who asked first and has neither settled nor been released."""
        ...

    def settle(self, digest: str, shard: int, row: int) -> None:
        """The verdict on the image is in the journal of `shard` now."""
        ...

    def release(self, attempt: str) -> None:
        """The attempt is over: others may judge what it has claimed and not settled."""
        ...


class SqliteLedger:
    """The ledger of one run, for all threads of one process; an actor may hold it for others.

    The file at `path` is made anew. It need not last, so nothing waits for the disk. Every call
    raises `StoreError` where the file cannot be written or read.
    """

    def __init__(self, path: Path) -> None:
        for old in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
            old.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        # The run has claimed the folder, and some mounted ones know no locks.
        where = f"{path.absolute().as_uri()}?nolock=1"
        with self._told():
            self._base = sqlite3.connect(
                where, uri=True, isolation_level=None, check_same_thread=False
            )
            for line in _SETUP:
                self._base.execute(line)
        self._fresh: dict[bytes, tuple[int, int]] = {}
        self._claims: dict[bytes, str] = {}

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        """See `Ledger`; asked again, an attempt is told `Mine` of what it has."""
        key = bytes.fromhex(digest)
        with self._lock, self._told():
            if place := self._place(key):
                return Known(*place)
            return Mine() if self._claims.setdefault(key, attempt) == attempt else Elsewhere()

    def settle(self, digest: str, shard: int, row: int) -> None:
        """See `Ledger`."""
        key = bytes.fromhex(digest)
        with self._lock, self._told():
            self._claims.pop(key, None)
            self._fresh.setdefault(key, (shard, row))
            if len(self._fresh) >= _TOGETHER:
                self._write()

    def release(self, attempt: str) -> None:
        """See `Ledger`."""
        with self._lock:
            self._claims = {key: who for key, who in self._claims.items() if who != attempt}

    def fill(self, groups: Iterable[Iterator[Keyed]]) -> None:
        """Settles very many, each group at once; quick where they are in the order of digests."""
        with self._lock, self._told():
            for group in groups:
                self._add(group)

    def close(self) -> None:
        """Closes the file; again, it does nothing."""
        with self._lock:
            self._base.close()

    def _place(self, key: bytes) -> tuple[int, int] | None:
        found: tuple[int, int] | None = self._fresh.get(key)
        return found or self._base.execute(_FIND, (key,)).fetchone()

    def _write(self) -> None:
        # In their order, which touches each page of the tree once.
        self._add(sorted((key, *place) for key, place in self._fresh.items()))
        self._fresh.clear()

    def _add(self, rows: Iterable[Keyed]) -> None:
        self._base.execute("BEGIN")
        self._base.executemany(_ADD, rows)
        self._base.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{self._path} cannot be used: {error}",
                hint="see whether the disk is full; the same command goes on, and makes it anew",
            ) from error


def rebuilt(folder: RunFolder) -> SqliteLedger:
    """The ledger of a run, made of its parts and journals.

    Raises `UsageError` for a part that is broken, `StoreError` where it cannot be written.
    """
    ledger = SqliteLedger(folder.ledger)
    try:
        with tempfile.TemporaryDirectory(dir=folder.ledger.parent) as scratch:
            settled = chain(_in_parts(folder), _in_journals(folder))
            ledger.fill(by_digest(settled, Path(scratch)))
    except BaseException:
        ledger.close()
        raise
    return ledger


def _in_parts(folder: RunFolder) -> Iterator[list[Place]]:
    for shard, path in parts(folder.path).items():
        start = 0
        for batch in scan(path, ["sha256"]):
            digests = enumerate(batch[0].to_pylist(), start)
            yield [(digest, shard, row) for row, digest in digests if digest]
            start += batch.num_rows


def _in_journals(folder: RunFolder) -> Iterator[list[Place]]:
    for shard in journals(folder.journals):
        found = journaled(folder.journals, shard).items()
        yield [(offset.sha256, shard, row) for row, offset in found if offset.sha256]


_BESIDE = ("-journal", "-wal", "-shm")
_TOGETHER = 4096
"""Settled ones that are written at a time."""

_SETUP = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA cache_size = -4096",  # KiB; the system keeps more of the file, where there is room
    "CREATE TABLE judged (digest BLOB PRIMARY KEY, shard INTEGER, row INTEGER) WITHOUT ROWID",
)
_FIND = "SELECT shard, row FROM judged WHERE digest = ?"
_ADD = "INSERT OR IGNORE INTO judged VALUES (?, ?, ?)"
