"""Tables whose cells hold images: rows are listed without them, and read forwards when fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Fetched, Refusal
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources import places
from cluejudge.batch.sources.base import (
    BATCH_ROWS,
    Row,
    batches,
    listing_schema,
    unlisted,
    unread,
    whole_file,
)
from cluejudge.batch.sources.carrying import Carried, carried, checked, missing
from cluejudge.batch.sources.cells import named_file, took
from cluejudge.batch.sources.columns import cells, sound
from cluejudge.batch.sources.files import Found, Unlisted
from cluejudge.batch.sources.finding import Collection
from cluejudge.batch.sources.imagecolumn import PEEK_ROWS, Column, image_column
from cluejudge.batch.sources.pieces import Cursor, Piece, Reader
from cluejudge.batch.sources.places import Cell, File, Place, label, written
from cluejudge.batch.sources.remote import brief
from cluejudge.batch.sources.types import holds_bytes, is_text
from cluejudge.errors import UsageError
from cluejudge.image.refusals import Code
from cluejudge.report.words import one_line


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a collection are, by its first table that can be read."""

    image: str
    by_name: bool
    carried: tuple[Carried, ...]
    columns: pa.Schema


class TableSource:
    """The rows of tables. Ids are the table's path and `#` row from 0, or from a column.

    A table that cannot be listed, or that lacks the image column, is one row that says so; rows
    that cannot be read are listed and refused. Cells that are read while listing are those of ids,
    carried columns and paths.
    """

    def __init__(
        self,
        collection: Collection,
        spec: InputSpec,
        reader: Reader,
        kind: InputFormat,
        tables: Callable[[], Iterator[Found | Unlisted | None]],
    ) -> None:
        """`tables` gives the files that are tables, and None for one that is passed over."""
        self._collection, self._files = collection, collection.files
        self._spec, self._reader, self._all = spec, reader, tables
        self._spare: list[Cursor] = []
        self.card: Mapping[str, str] = {
            "kind": kind.value,
            "where": collection.shown,
            **({"image column": spec.image} if spec.image else {}),
            **({"id column": spec.id} if spec.id else {}),
        }
        self.passed_over = 0

    @property
    def columns(self) -> pa.Schema:
        """See `Source`."""
        return self._layout.columns

    @cached_property
    def _layout(self) -> Layout:
        name, schema = self._first()
        told = one_line(self._files.label(name))
        possible = {
            one.name: one.type for one in schema if is_text(one.type) or holds_bytes(one.type)
        }
        if self._spec.id and self._spec.id not in schema.names:
            raise missing(self._spec.id, schema.names, told)
        values = {} if self._spec.image else self._peeked(list(possible))
        looked_at = [
            Column(one, holds_bytes(kind), values.get(one, ())) for one, kind in possible.items()
        ]
        image = image_column(looked_at, schema.names, self._spec.image, told)
        leave = [image, *([self._spec.id] if self._spec.id else [])]
        chosen = carried(self._spec.carry, schema.names, leave, told)
        columns = checked(
            pa.schema([pa.field(one.name, schema.field(one.column).type) for one in chosen])
        )
        return Layout(image, is_text(possible[image]), chosen, columns)

    def _first(self) -> tuple[str, pa.Schema]:
        """The first table that can be read."""
        why: OSError | None = None
        for found in self._all():
            if isinstance(found, Found):
                try:
                    return found.name, self._reader.schema(self._files, found.name)
                except OSError as error:
                    why = why or error
        told = self._collection.told()
        if why:
            raise UsageError(f"nothing of {told} can be read: {brief(why)}") from why
        raise UsageError(f"there is no {self.card['kind']} table in {told}")

    def _peeked(self, columns: list[str]) -> dict[str, list[object]]:
        """The first rows that can be read, in the first table that has such."""
        for found in self._all():
            if isinstance(found, Found):
                try:
                    if values := self._first_rows(found.name, columns):
                        return values
                except OSError:  # the listing says what is wrong with it
                    continue
        return {}

    def _first_rows(self, name: str, columns: list[str]) -> dict[str, list[object]]:
        if set(columns) <= set(self._reader.schema(self._files, name).names):
            for piece in self._reader.pieces(self._files, name, columns, 0, PEEK_ROWS):
                if piece.batch is not None and piece.count:
                    return {one: cells(piece.batch.column(one)) for one in columns}
        return {}

    def listing(self) -> Iterator[pa.RecordBatch]:
        """See `Source`."""
        self.passed_over = 0
        columns = self._layout.columns
        for found in self._all():
            if found is None:
                self.passed_over += 1
            elif isinstance(found, Unlisted):
                yield from batches([unlisted(found, self._files)], columns)
            else:
                yield from self._listed(found)

    def _listed(self, table: Found) -> Iterator[pa.RecordBatch]:
        layout = self._layout
        try:
            schema = self._reader.schema(self._files, table.name)
            self._check(schema, table.name)
            light = [one.column for one in layout.carried]
            light += [self._spec.id] * bool(self._spec.id) + [layout.image] * layout.by_name
            light = list(dict.fromkeys(light))
            for piece in self._reader.pieces(self._files, table.name, light, 0, BATCH_ROWS):
                yield from self._batches(table, piece)
        except OSError as error:
            row = unread(table.name, self._files, error, table.stamp)
            yield from batches([row], layout.columns)

    def _check(self, schema: pa.Schema, name: str) -> None:
        """Raise `OSError` for a table without images, `UsageError` for one of other columns."""
        layout = self._layout
        if layout.image not in schema.names:
            raise OSError(f"it has no column {label(layout.image)}")
        kind = schema.field(layout.image).type
        if is_text(kind) != layout.by_name or not (is_text(kind) or holds_bytes(kind)):
            raise OSError(f"its column {label(layout.image)} is of another type, {kind}")
        told = one_line(self._files.label(name))
        for needed in [*(one.column for one in layout.carried), *[self._spec.id]]:
            if needed and needed not in schema.names:
                raise missing(needed, schema.names, told)

    def _batches(self, table: Found, piece: Piece) -> Iterator[pa.RecordBatch]:
        if piece.batch is not None:
            yield self._batch(table, piece.start, piece.batch)
        elif piece.count is None:
            said = OSError(f"{piece.why}; nobody knows how many rows follow row {piece.start}")
            yield from batches(
                [unread(table.name, self._files, said, table.stamp)], self._layout.columns
            )
        else:
            rows = (self._lost(table, piece, piece.start + at) for at in range(piece.count))
            yield from batches(rows, self._layout.columns)

    def _lost(self, table: Found, piece: Piece, row: int) -> Row:
        """A row of which what is listed cannot be read; its image perhaps can."""
        place: Place = Cell(table.name, row)
        if self._layout.by_name:
            place = Refusal(Code.UNREADABLE.value, f"the row cannot be read: {piece.why}")
        return Row(self._id(table, row), place, table.stamp)

    def _batch(self, table: Found, start: int, batch: pa.RecordBatch) -> pa.RecordBatch:
        layout, rows = self._layout, range(start, start + batch.num_rows)
        own = [self._id(table, row) for row in rows]
        if self._spec.id:
            given = cells(batch.column(self._spec.id))
            own = [
                by_row if value in (None, "") else label(str(value))
                for by_row, value in zip(own, given, strict=True)
            ]
        if layout.by_name:
            named = [named_file(cell, table.name) for cell in cells(batch.column(layout.image))]
            at = [written(place) for place in named]
            stamps = [
                self._files.near_stamp(place.name) if isinstance(place, File) else table.stamp
                for place in named
            ]
        else:
            at = [written(Cell(table.name, row)) for row in rows]
            stamps = [table.stamp] * len(rows)
        arrays = [pa.array(values, pa.string()) for values in (own, at, stamps)]
        more = [
            self._cast(batch.column(one.column), field, table)
            for one, field in zip(layout.carried, layout.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays([*arrays, *more], schema=listing_schema(layout.columns))

    def _cast(self, column: pa.Array, field: pa.Field, table: Found) -> pa.Array:
        """A column in the type that it has in the first table, in UTF-8."""
        try:
            column = sound(column)
            return column if column.type == field.type else column.cast(field.type)
        except pa.ArrowException as error:
            told = one_line(self._files.label(table.name))
            raise UsageError(
                f"the column of `{one_line(field.name)}` in {told}, of type {column.type}, cannot "
                f"be carried over as {field.type}: {brief(error)}",
                hint="carry over columns that have one type and hold UTF-8",
            ) from error

    def _id(self, table: Found, row: int) -> str:
        return f"{self._files.label(table.name)}#{row}"

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        """See `Source`."""
        # One that another call is using is not here; the last one goes on where it stands.
        cursor = self._spare.pop() if self._spare else None
        for entry in entries:
            place = places.read(entry.place)
            if isinstance(place, Cell):
                if cursor is None or not cursor.reaches(place, entry.stamp):
                    cursor = Cursor(self._reader, self._files, self._layout.image, place, entry)
                yield Fetched(entry, took(cursor.cell(place.row), place.name, self._files))
            elif isinstance(place, File | Refusal):
                yield whole_file(entry, place, self._files)
            else:
                raise TypeError(f"{entry.place} is no place in a table")
        if cursor is not None:
            self._spare = [cursor]
