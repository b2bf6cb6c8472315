"""Rows with an image and a label become samples; what is wrong is told with its place."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.suites.cells import image_bytes, image_file
from cluejudge.bench.suites.rows import Row, Table
from cluejudge.errors import CluejudgeWarning, ImageError, UsageError
from cluejudge.image import Code, read

TOLD = 10
"""How many bad rows are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one row is read. `truth` and `name` raise `ValueError` that says what is wrong.

    `image` is the column of the image, unless `find` knows a file for the row. `name` gives an id
    (empty: the row's place); it must be unique only where ids are the rows' own. `tags` are the
    columns that are told of a sample.
    """

    image: str
    truth: Callable[[Row], Truth]
    name: Callable[[Row], str]
    tags: Sequence[str]
    own_ids: bool = False
    find: Callable[[Row], Path | None] | None = None

    def file(self, row: Row) -> Path | None:
        """The file of the row's image; None where the image stands in the table.

        Raises `ValueError` for a row that has none.
        """
        found = self.find(row) if self.find else None
        if found is None and self.image not in row.large:
            found = image_file(row[self.image], row.file.parent)
        return found

    def read(self, row: Row) -> bytes:
        """The bytes of the row's image. Raises `ImageError`."""
        try:
            found = self.find(row) if self.find else None
            return read(found) if found else image_bytes(row[self.image], row.file.parent)
        except UsageError as error:  # the table itself cannot be read any more
            raise ImageError(Code.UNREADABLE.value, str(error)) from error


def read_samples(table: Table, reading: Reading) -> tuple[Sample, ...]:
    """A sample for each row, in order.

    A file that is not there is warned of, and its sample's `read` raises, so that it is counted as
    an error. An image that several rows name is warned of, for it counts several times. Raises
    `UsageError` that names the rows without a label or an image, ids given twice where rows have
    ids of their own, and a table of which no image is there.
    """
    problems: list[str] = []
    missing: list[str] = []
    samples: list[Sample] = []
    names = _Names(own=reading.own_ids)
    for row in table.rows:
        try:
            named = reading.file(row)
            if named is not None and not _is_there(named):
                missing.append(f"{row.place}: there is no file {named}")
            truth = reading.truth(row)
            identity = names.unique(reading.name(row) or _by_place(row), row.place)
            told = tags(row, reading.tags)
            samples.append(Sample(identity, partial(reading.read, row), truth, told))
        except ValueError as error:
            problems.append(f"{row.place}: {error}")
    if problems:
        raise UsageError(f"{table.name} has bad rows\n{listed(problems)}")
    _tell_missing(table, missing)
    names.tell(table.name)
    return tuple(samples)


def tags(row: Row, columns: Iterable[str]) -> Mapping[str, str]:
    """What stands in `columns`, as texts; what is empty is left out."""
    told = {name: row[name] for name in columns}
    return {name: str(value) for name, value in told.items() if value is not None}


def _by_place(row: Row) -> str:
    return row.place.replace(", ", "/").replace(" ", "-")


def listed(problems: Sequence[str]) -> str:
    """The first of them, a line each, and how many more there are."""
    rest = len(problems) - TOLD
    return "\n".join([*problems[:TOLD], *([f"and {rest} more"] if rest > 0 else [])])


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _tell_missing(table: Table, missing: Sequence[str]) -> None:
    if len(missing) == len(table.rows):
        raise UsageError(
            f"none of the images of {table.name} is there\n{listed(missing)}",
            hint="paths are relative to the folder of the table",
        )
    if missing:
        warnings.warn(
            f"{table.name}: {len(missing)} of {len(table.rows)} images are not there and count as "
            f"errors\n{listed(missing)}",
            CluejudgeWarning,
            stacklevel=4,
        )


class _Names:
    """Gives every sample an id of its own."""

    def __init__(self, *, own: bool) -> None:
        self._own = own
        self._places: dict[str, str] = {}
        self._times: Counter[str] = Counter()

    def unique(self, name: str, place: str) -> str:
        """`name`; where it is taken, and no id of the row's own, `name#2` and so on."""
        if name in self._places and self._own:
            raise ValueError(f"the id '{name}' is that of {self._places[name]}, too")
        given = name
        while given in self._places:
            self._times[name] += 1
            given = f"{name}#{self._times[name] + 1}"
        self._places[given] = place
        return given

    def tell(self, table: str) -> None:
        """Warns of names that several rows have."""
        if self._times:
            names = "1 image has" if len(self._times) == 1 else f"{len(self._times)} images have"
            warnings.warn(
                f"{table}: {names} several rows, such as {next(iter(self._times))}; each row "
                "counts",
                CluejudgeWarning,
                stacklevel=4,
            )
