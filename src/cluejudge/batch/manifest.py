"""The listing of a collection, written once and read shard by shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from cluejudge.batch.arrow import pa
from cluejudge.batch.durable import leftovers, replacing, write_text
from cluejudge.batch.entries import Entry, Refusal
from cluejudge.batch.listingdiff import differences
from cluejudge.batch.sources.base import OWN, Source, listing_schema
from cluejudge.batch.sources.places import is_refused, read
from cluejudge.errors import UsageError

_NAME, _SPOOL, _SHARDS = "manifest.json", "listing.arrow", "shard-*.arrow"
_VERSION = 1
_OPTIONS = {"compression": "zstd"}

ListedRow = tuple[object, ...]

Told = Callable[[int], None]
"""Hears how many rows are listed so far."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rows of a collection, in `shards` parts of nearly one size, in a folder.

    `digest` (sha256, hex) is over all that the listing says, whatever the number of shards.
    """

    folder: Path
    count: int
    digest: str
    shards: int
    passed_over: int = 0

    @classmethod
    def write(
        cls, folder: Path, source: Source, shards: int | None = None, told: Told | None = None
    ) -> Manifest:
        """List `source` into `folder`, which is made, in place of what an unfinished call left.

        Exactly `shards` parts, but never more than rows; None takes about 64, of at least 100 and
        at most 10,000 rows. Memory does not grow with the rows. Raises `UsageError` for a
        collection without rows, and for one of which nothing can be listed.
        """
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        schema = listing_schema(source.columns)
        spool = folder / _SPOOL
        count = _Count()
        with spool.open("wb") as file, _writer(file, schema) as writer:
            for batch in count.all(source.listing(), told):
                writer.write_batch(batch)
        if not count.rows or count.rows == count.refused:
            raise _nothing(source, count)
        parts = min(shards or default_shards(count.rows), count.rows)
        _split(spool, folder, schema, [count.rows * at // parts for at in range(parts + 1)])
        digest = count.digest.hexdigest()
        facts = {"count": count.rows, "digest": digest, "shards": parts}
        about = {"version": _VERSION, **facts, "passed_over": source.passed_over}
        write_text(folder / _NAME, json.dumps(about, indent=1) + "\n")
        spool.unlink()
        return cls(folder, count.rows, digest, parts, source.passed_over)

    @classmethod
    def open(cls, folder: Path) -> Manifest | None:
        """What was written into `folder`; None if nothing was, or not to its end.

        Raises `UsageError` for one that is damaged, or of another version.
        """
        try:
            about = json.loads((folder / _NAME).read_text(encoding="utf-8"))
            if about["version"] != _VERSION:
                raise UsageError(
                    f"{folder} was written by another version of cluejudge",
                    hint="finish the run with that one, or begin anew in another folder",
                )
            facts = (about["count"], about["digest"], about["shards"], about["passed_over"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder / _NAME, error) from error
        return cls(folder, *facts)

    def start(self, shard: int) -> int:
        """How many rows are in the shards before `shard`."""
        return self.count * shard // self.shards

    def entries(self, shard: int) -> tuple[Entry, ...]:
        """The rows of a shard, in order. Raises `UsageError` if it is damaged."""
        found: list[Entry] = []
        for batch in self._batches(shard):
            for name, place, stamp in listed_rows(batch.select(range(len(OWN)))):
                found.append(Entry(len(found), str(name), str(place), str(stamp)))
        return tuple(found)

    def carried(self, shard: int) -> pa.Table:
        """The carried columns of a shard, row for row. Raises `UsageError` if it is damaged."""
        table = pa.Table.from_batches(self._batches(shard))
        return table.select(range(len(OWN), table.num_columns))

    def rows(self, shard: int) -> Iterator[ListedRow]:
        """All that is listed of a shard, in order. Raises `UsageError` if it is damaged."""
        for batch in self._batches(shard):
            yield from listed_rows(batch)

    def differences(self, source: Source) -> tuple[str, ...]:
        """What of the listing of `source` is not as it was, in words; empty if nothing is.

        It is listed anew, twice if there is a difference. Raises as `write` does, but for rows.
        """
        if digest_of(source) == self.digest:
            return ()
        then = (row for shard in range(self.shards) for row in self.rows(shard))
        now = (row for batch in source.listing() for row in listed_rows(batch))
        return differences(then, now)

    def _batches(self, shard: int) -> Iterator[pa.RecordBatch]:
        path, rows = _path(self.folder, shard), 0
        try:
            with path.open("rb") as file, pa.ipc.open_stream(file) as stream:
                for batch in stream:
                    rows += batch.num_rows
                    yield batch
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path, error) from error
        if rows != self.start(shard + 1) - self.start(shard):
            raise _damaged(path, "rows are missing")


def digest_of(source: Source) -> str:
    """The `digest` that a manifest of `source` would have now."""
    count = _Count()
    for _ in count.all(source.listing(), None):
        pass
    return count.digest.hexdigest()


def default_shards(count: int) -> int:
    """How many shards `count` rows (1 or more) are in, where nobody says."""
    size = min(10_000, max(100, -(-count // 64)))
    return -(-count // size)


class _Count:
    """Counts rows while they pass, and takes their digest."""

    def __init__(self) -> None:
        self.rows = 0
        self.refused = 0
        self.why = ""
        self.digest = hashlib.sha256()

    def all(self, batches: Iterable[pa.RecordBatch], told: Told | None) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in listed_rows(batch):
                self.digest.update(_ENCODER.encode(row).encode())
                if is_refused(str(row[1])):
                    self.refused += 1
                    self.why = self.why or str(row[1])
            self.rows += batch.num_rows
            if told:
                told(self.rows)
            yield batch


# `repr` for what is no JSON, such as dates and bytes. Keys stand in the order of the type.
_ENCODER = json.JSONEncoder(ensure_ascii=True, default=repr, separators=(",", ":"))


def listed_rows(batch: pa.RecordBatch) -> Iterator[ListedRow]:
    """The rows of a batch of a listing: the values of `OWN`, then the carried ones."""
    return zip(*map(_values, batch.columns), strict=True)


def _values(column: pa.Array) -> list[object]:
    types = pa.types
    if types.is_timestamp(column.type) or types.is_duration(column.type):
        column = column.cast(pa.int64())  # Python's times have no nanoseconds
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):  # dates that Python has not, perhaps deep inside
        return [column.slice(at, 1).to_string(window=2**30) for at in range(len(column))]


def _writer(file: BinaryIO, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
    # As a stream: a file of arrow cannot hold columns whose dictionary changes on the way.
    return pa.ipc.new_stream(file, schema, options=pa.ipc.IpcWriteOptions(**_OPTIONS))


def _split(spool: Path, folder: Path, schema: pa.Schema, bounds: list[int]) -> None:
    """Write the rows between two bounds each into a file."""
    with spool.open("rb") as file, pa.ipc.open_stream(file) as stream:
        slices = _slices(stream, bounds[1:])
        for shard, (start, end) in enumerate(pairwise(bounds)):
            with replacing(_path(folder, shard)) as new:
                _write_shard(new, schema, slices, end - start)


def _write_shard(
    path: Path, schema: pa.Schema, slices: Iterator[pa.RecordBatch], rows: int
) -> None:
    with path.open("wb") as file, _writer(file, schema) as writer:
        while rows:
            batch = next(slices)
            writer.write_batch(batch)
            rows -= batch.num_rows


def _slices(batches: Iterable[pa.RecordBatch], ends: list[int]) -> Iterator[pa.RecordBatch]:
    """The same rows, cut at `ends`."""
    at, shard = 0, 0
    for batch in batches:
        offset = 0
        while offset < batch.num_rows:
            size = min(batch.num_rows - offset, ends[shard] - at)
            yield batch.slice(offset, size)
            offset, at = offset + size, at + size
            shard += at == ends[shard]


def _path(folder: Path, shard: int) -> Path:
    return folder / f"shard-{shard:05}.arrow"


def _clear(folder: Path) -> None:
    old = [folder / _NAME, folder / _SPOOL, *folder.glob(_SHARDS)]
    for path in (*old, *leftovers(folder, _SHARDS), *leftovers(folder, _NAME)):
        path.unlink(missing_ok=True)


def _nothing(source: Source, count: _Count) -> UsageError:
    where = source.card["where"]
    if not count.rows:
        over = f"; {source.passed_over} other files are there" if source.passed_over else ""
        return UsageError(
            f"there is no image in {where}{over}", hint="name a folder, a list or files that do"
        )
    why = read(count.why)
    reason = why.reason if isinstance(why, Refusal) else count.why
    return UsageError(f"nothing in {where} can be listed: {reason}")


def _damaged(path: Path, error: object) -> UsageError:
    return UsageError(f"{path} is damaged: {error}", hint="begin anew in another folder")
