"""The suite `table:FILE`: any CSV, JSON lines, JSON or parquet file with images and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import Field

from cluejudge.bench.samples import Truth
from cluejudge.bench.spec import Spec
from cluejudge.bench.suites.cells import flag, image_file, rule_ids
from cluejudge.bench.suites.labelled import Reading, read_samples
from cluejudge.bench.suites.listed import Listed, counted
from cluejudge.bench.suites.rows import Row, Table, read_table
from cluejudge.errors import UsageError
from cluejudge.settings import Frozen

IMAGE = ("image", "img", "file_name", "filename", "file", "image_path", "path", "image_bytes")
UNSAFE = ("unsafe", "is_unsafe", "safety_label", "rating", "safety", "label")
RULES = ("violated", "violates", "rules", "rule_ids")
ID = ("id", "image_id")


class Options(Frozen):
    """The columns; empty ones are found by their names."""

    image: str = Field(default="", description="the image: path, bytes, base64, {bytes, path}")
    unsafe: str = Field(default="", description="true, 1 or unsafe; false, 0 or safe")
    rules: str = Field(default="", description="ids of the violated rules; nothing for none")
    id: str = Field(default="", description="a name for each row that no other row has")
    split: str = Field(default="", description="of a folder, the files of that split")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what; empty where there is none."""

    image: str
    unsafe: str
    rules: str
    id: str

    def rest(self, table: Table) -> tuple[str, ...]:
        """The columns that are tags: all others but those of bytes."""
        large = frozenset[str]().union(*(row.large for row in table.rows))
        taken = {self.image, self.unsafe, self.rules, self.id} | large
        return tuple(name for name in table.columns if name not in taken)


def load(spec: Spec) -> Listed:
    """The suite of the file or folder that `spec` names; its options are those of `Options`.

    A label of its own column says whether an image is unsafe; ids of rules say which rules it
    violates. With both, an unsafe image without ids is one whose rules were not labelled. Raises
    `UsageError` for a table without such columns, and for its bad rows, all in one.
    """
    options = spec.read_options(Options)
    if not spec.arg:
        raise UsageError("'table' alone names no file", hint="write table:FILE")
    table = read_table(spec.arg, split=options.split)
    columns = find_columns(table, options)
    reading = Reading(
        image=columns.image,
        truth=_truth(columns),
        name=_name(columns),
        tags=columns.rest(table),
        own_ids=bool(columns.id),
    )
    samples = read_samples(table, reading)
    card = {
        "suite": "a table of images and labels",
        "file": table.name,
        "columns": _told(columns),
        **counted(samples),
    }
    return Listed(f"table:{table.name}", card, samples)


def find_columns(table: Table, options: Options) -> Columns:
    """The columns that `options` name, and those that their names tell. Raises `UsageError`."""
    unsafe = _column(table, "unsafe", options.unsafe, () if options.rules else UNSAFE)
    rules = _column(table, "rules", options.rules, () if options.unsafe else RULES)
    if not unsafe and not rules:
        raise UsageError(
            f"{table.name} has no column that is known as a label; it has: "
            f"{', '.join(table.columns)}",
            hint="name one: ?unsafe=COLUMN for safe or unsafe, ?rules=COLUMN for ids of rules",
        )
    image = _column(table, "image", options.image, IMAGE)
    if not image:
        raise UsageError(
            f"{table.name} has no column that is known as the image; it has: "
            f"{', '.join(table.columns)}",
            hint="name it: ?image=COLUMN",
        )
    return Columns(image, unsafe, rules, _column(table, "id", options.id, ID))


def _column(table: Table, what: str, given: str, known: Iterable[str]) -> str:
    if given:
        if given not in table.columns:
            raise UsageError(
                f"{table.name} has no column '{given}' for {what}",
                hint=f"it has: {', '.join(table.columns)}",
            )
        return given
    lower = {name.lower(): name for name in reversed(table.columns)}
    return next((lower[name] for name in known if name in lower), "")


def _truth(columns: Columns) -> Callable[[Row], Truth]:
    def read(row: Row) -> Truth:
        if not columns.rules:
            return Truth(flag(row[columns.unsafe]))
        if not columns.unsafe and columns.rules not in row.values:
            raise ValueError(f"no label: it lacks {columns.rules}, which is empty where it is safe")
        violated = rule_ids(row[columns.rules])
        unsafe = flag(row[columns.unsafe]) if columns.unsafe else bool(violated)
        if violated and not unsafe:
            raise ValueError(f"it is called safe, and violates {', '.join(sorted(violated))}")
        return Truth(unsafe, violated if violated or not unsafe else None)

    return read


def _name(columns: Columns) -> Callable[[Row], str]:
    def read(row: Row) -> str:
        if columns.id:
            value = row[columns.id]
            if value is None:
                raise ValueError("no id")
            return str(value)
        if columns.image in row.large:
            return ""
        cell = row[columns.image]
        is_path = isinstance(cell, str) and image_file(cell, row.file.parent) is not None
        return str(cell) if is_path else ""

    return read


def _told(columns: Columns) -> str:
    named: Sequence[tuple[str, str]] = (
        ("image", columns.image),
        ("unsafe", columns.unsafe),
        ("rules", columns.rules),
        ("id", columns.id),
    )
    return ", ".join(f"{what} {name}" for what, name in named if name)
