"""What every source offers, and the batches of rows that a listing is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Fetched, Refusal
from cluejudge.batch.sources.files import Files, Unlisted
from cluejudge.batch.sources.places import File, Place, written
from cluejudge.image.refusals import Code

OWN = pa.schema([("id", pa.string()), ("place", pa.string()), ("stamp", pa.string())])
"""The columns of a listing before the carried ones, whose names may be the same."""

BATCH_ROWS = 1024
_BATCH_BYTES = 8 * 2**20


class Source(Protocol):
    """A collection. Opening one lists nothing yet; nothing of it is ever written to.

    `card` is its kind and where it is, for people and the record; `columns` are those that are
    carried over, under their names in the output and with their own types. `passed_over` is how
    many files the last listing left out, as they are no pictures.
    """

    @property
    def card(self) -> Mapping[str, str]:
        """See `Source`."""
        ...

    @property
    def columns(self) -> pa.Schema:
        """See `Source`. Raises `UsageError` for columns that are not there or cannot be."""
        ...

    @property
    def passed_over(self) -> int:
        """See `Source`."""
        ...

    def listing(self) -> Iterator[pa.RecordBatch]:
        """All rows: the columns of `OWN`, then the carried ones.

        The order is always the same, and memory does not grow with the rows. A file that cannot be
        listed is one row, whose place says why. Raises `UsageError` for an input as a whole.
        """
        ...

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        """The bytes of rows, or where they are, in the order of `entries`.

        Files are read forwards: entries in the order of the listing are the quickest. What is
        wrong with one row is a `Refusal` in its place, and nothing is raised for it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a listing; `carried` are values for the carried columns."""

    id: str
    place: Place
    stamp: str = ""
    carried: Sequence[object] = ()


def listing_schema(columns: pa.Schema) -> pa.Schema:
    """The columns of the listing of a source with those carried columns."""
    return pa.schema([*OWN, *columns])


def batches(rows: Iterable[Row], columns: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Rows as batches, none of them large. A row without `carried` has nothing in these columns."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += sum(len(value) for value in row.carried if isinstance(value, str))
        if len(held) == BATCH_ROWS or size > _BATCH_BYTES:
            yield _batch(held, columns)
            held, size = [], 0
    if held:
        yield _batch(held, columns)


def unlisted(found: Unlisted, files: Files) -> Row:
    """The row of a folder that could not be read."""
    return Row(files.label(found.name) or ".", found.why)


def unread(name: str, files: Files, error: OSError, stamp: str = "") -> Row:
    """The row of a file of many rows that could not be listed."""
    said = f"{files.label(name)} cannot be read: {error}"
    return Row(files.label(name), Refusal(Code.UNREADABLE.value, said), stamp)


def whole_file(entry: Entry, place: File | Refusal, files: Files) -> Fetched:
    """A row whose bytes are a file of their own."""
    if isinstance(place, Refusal):
        return Fetched(entry, place)
    return Fetched(entry, files.data(place.name))


def _batch(rows: Sequence[Row], columns: pa.Schema) -> pa.RecordBatch:
    own = [
        pa.array([row.id for row in rows], pa.string()),
        pa.array([written(row.place) for row in rows], pa.string()),
        pa.array([row.stamp for row in rows], pa.string()),
    ]
    carried = [
        pa.array([row.carried[at] if row.carried else None for row in rows], field.type)
        for at, field in enumerate(columns)
    ]
    return pa.RecordBatch.from_arrays([*own, *carried], schema=listing_schema(columns))
