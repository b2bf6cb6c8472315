"""Tables read forwards: some rows at a time when listed, and cell by cell when fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Refusal
from cluejudge.batch.sources.files import Files
from cluejudge.batch.sources.places import Cell
from cluejudge.batch.sources.remote import FETCH_FAILED, UnreachableError, brief, faults
from cluejudge.image.refusals import Code

FETCH_ROWS = 16
"""So many cells with images are read at once."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows from `start` on of a table; without a `batch` they cannot be read, and `why` says why.

    `count` is None where nobody knows how many those are.
    """

    start: int
    count: int | None
    batch: pa.RecordBatch | None = None
    why: str = ""


class Reader(Protocol):
    """How tables of one format are read. Both raise `OSError` for one that is none."""

    def schema(self, files: Files, name: str) -> pa.Schema:
        """The columns of a table."""
        ...

    def pieces(
        self, files: Files, name: str, columns: list[str], start: int, size: int
    ) -> Iterator[Piece]:
        """These columns of a table, in order, at most `size` rows at a time.

        They begin at `start` or before it.
        """
        ...


def checked_names(schema: pa.Schema) -> pa.Schema:
    """The schema, if its names can be read: arrow looks at them when they are asked for only.

    Raises `UnicodeDecodeError`, and `OSError` for columns that are called alike.
    """
    for field in schema:
        _look_at_names(field)
    if twice := [name for name in schema.names if schema.names.count(name) > 1]:
        raise OSError(f"two columns are called {twice[0]}")
    return schema


def _look_at_names(field: pa.Field) -> str:
    """Raise `UnicodeDecodeError` for a name that is not UTF-8, however deep."""
    kind = field.type
    if pa.types.is_nested(kind):
        for at in range(kind.num_fields):
            _look_at_names(kind.field(at))
    return str(field.name)


class Cursor:
    """Reads the image cells of one table forwards."""

    def __init__(self, reader: Reader, files: Files, image: str, cell: Cell, entry: Entry) -> None:
        self._name, self._stamp, self._image = cell.name, entry.stamp, image
        self._piece = Piece(cell.row, 0)
        self._ended = False
        self._pieces = self._from(reader, files, cell)

    def _from(self, reader: Reader, files: Files, cell: Cell) -> Iterator[Piece]:
        if files.stamp(cell.name) == self._stamp:
            yield from reader.pieces(files, cell.name, [self._image], cell.row, FETCH_ROWS)
        else:
            why = f"{files.label(cell.name)} has changed since it was listed"
            yield Piece(cell.row, None, None, why)

    def reaches(self, cell: Cell, stamp: str) -> bool:
        """Whether the cell is in the table, and not behind where this stands."""
        same = (self._name, self._stamp) == (cell.name, stamp)
        return same and not self._ended and cell.row >= self._piece.start

    def cell(self, row: int) -> object:
        """What is in a cell, or the `Refusal` for it."""
        try:
            while not self._covers(row):
                self._piece = next(self._pieces)
            why = self._piece.why
        except StopIteration:
            why, self._ended = f"there is no row {row}", True
        except OSError as error:  # the next row may try again
            why, self._ended = brief(error), True
        except UnreachableError as error:
            self._ended = True
            return Refusal(FETCH_FAILED, str(error))
        if why or self._piece.batch is None:
            return Refusal(Code.UNREADABLE.value, f"the table cannot be read: {why}")
        cell = self._piece.batch.column(self._image)[row - self._piece.start]
        try:
            with faults():
                return cell.as_py()
        except OSError as error:  # such as a path that is not UTF-8
            return Refusal(Code.UNREADABLE.value, f"the cell cannot be read: {brief(error)}")

    def _covers(self, row: int) -> bool:
        count = self._piece.count
        return count is None or row < self._piece.start + count
