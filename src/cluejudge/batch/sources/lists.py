"""Lists of paths and URLs: a text with one a line, CSV, TSV or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Fetched, Refusal
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources import places
from cluejudge.batch.sources.base import Row, batches, whole_file
from cluejudge.batch.sources.carrying import Carried, carried, checked, missing
from cluejudge.batch.sources.cells import named_file
from cluejudge.batch.sources.finding import Collection
from cluejudge.batch.sources.imagecolumn import PEEK_ROWS, Column, image_column
from cluejudge.batch.sources.jsontypes import JsonTypes
from cluejudge.batch.sources.lines import Line, lines, suffix
from cluejudge.batch.sources.places import File, label
from cluejudge.errors import UsageError
from cluejudge.image.refusals import Code


@dataclass(frozen=True, slots=True)
class _Layout:
    image: str
    carried: tuple[Carried, ...]
    columns: pa.Schema
    types: JsonTypes


class ListSource:
    """The files that a list names, relative ones from the folder of the list.

    Ids are the paths and URLs as the list has them, or from a column. Carried columns are text,
    and of JSON lines what all their values are. A line that cannot be read is a row that says so.
    Raises `UsageError` for a list that cannot be read as a whole.
    """

    passed_over = 0

    def __init__(self, collection: Collection, spec: InputSpec) -> None:
        self._files, self._name, self._spec = collection.files, collection.name, spec
        self._told = collection.told()
        self.card: Mapping[str, str] = {
            "kind": InputFormat.LIST.value,
            "where": collection.shown,
            **({"image column": spec.image} if spec.image else {}),
            **({"id column": spec.id} if spec.id else {}),
        }

    @property
    def columns(self) -> pa.Schema:
        """See `Source`."""
        return self._layout.columns

    @cached_property
    def _layout(self) -> _Layout:
        peeked = list(islice((one.values for one in self._lines() if not one.why), PEEK_ROWS))
        if not peeked:
            why = next((f": {one.why}" for one in self._lines()), "")
            raise UsageError(f"{self._told} names no image{why}", hint="give a path or URL a line")
        names = list(dict.fromkeys(name for values in peeked for name in values))
        types = JsonTypes()
        if suffix(self._name) in (".jsonl", ".ndjson") and (self._spec.carry or self._spec.id):
            # Any line may bring a new column, or another type.
            types = JsonTypes.of(one.values for one in self._lines())
            names = list(types.columns)
        looked_at = [Column(name, False, [one.get(name) for one in peeked]) for name in names]
        image = image_column(looked_at, names, self._spec.image, self._told)
        if self._spec.id and self._spec.id not in names:
            raise missing(self._spec.id, names, self._told)
        leave = [image, *([self._spec.id] if self._spec.id else [])]
        chosen = carried(self._spec.carry, names, leave, self._told)
        fields = [pa.field(label(one.name), types.type(one.column)) for one in chosen]
        return _Layout(image, chosen, checked(pa.schema(fields)), types)

    def listing(self) -> Iterator[pa.RecordBatch]:
        """See `Source`."""
        yield from batches(map(self._row, self._lines()), self._layout.columns)

    def _lines(self) -> Iterator[Line]:
        return lines(self._files, self._name, self._told)

    def _row(self, line: Line) -> Row:
        layout = self._layout
        at = f"{self._files.label(self._name)}:{line.number}"
        if line.why:
            return Row(at, Refusal(Code.UNREADABLE.value, f"line {line.number}: {line.why}"))
        text = line.values.get(layout.image)
        place = named_file(text, self._name)
        given = at if isinstance(place, Refusal) else label(str(text))
        if self._spec.id and (name := line.values.get(self._spec.id)) not in (None, ""):
            given = label(str(name))
        values = [layout.types.value(one.column, line.values) for one in layout.carried]
        stamp = "" if isinstance(place, Refusal) else self._files.near_stamp(place.name)
        return Row(given, place, stamp, values)

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        """See `Source`."""
        for entry in entries:
            place = places.read(entry.place)
            if isinstance(place, File | Refusal):
                yield whole_file(entry, place, self._files)
            else:
                raise TypeError(f"{entry.place} is no place in a list")
