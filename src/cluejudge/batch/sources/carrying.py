"""Which columns of the input are carried over, and what they are called in the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cluejudge.batch.arrow import pa
from cluejudge.batch.columns import part_schema
from cluejudge.batch.sources.places import label
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

ALL = "*"


@dataclass(frozen=True, slots=True)
class Carried:
    """A column of the input, and its name in the output."""

    column: str
    name: str


def carried(
    carry: Sequence[str], columns: Sequence[str], leave: Sequence[str], told: str
) -> tuple[Carried, ...]:
    """What `carry` says, each `NAME` or `OUTPUT_NAME=NAME`, in its order.

    `*` stands for all of `columns` but those in `leave` and those that are named besides. Raises
    `UsageError` for columns that are not there, and for names that are given twice.
    """
    named = [_named(one, columns, told) for one in carry if one != ALL]
    if ALL in carry:
        besides = {*leave, *(one.column for one in named)}
        named += [Carried(name, name) for name in columns if name not in besides]
    taken: set[str] = set()
    for one in named:
        if one.name in taken:
            raise UsageError(
                f"two columns are carried over as `{one_line(one.name)}`",
                hint="write OUTPUT_NAME=NAME for one of them",
            )
        taken.add(one.name)
    return tuple(named)


def checked(columns: pa.Schema) -> pa.Schema:
    """The carried columns, if the output can have them. Raises `UsageError`."""
    part_schema(columns)
    return columns


def no_columns(carry: Sequence[str], image: str, id_column: str, what: str) -> None:
    """Raise `UsageError` if columns are named of an input that has none."""
    if carry or image or id_column:
        asked = next(one for one in (*carry, image, id_column) if one)
        raise UsageError(
            f"{what} has no columns, so there is no `{one_line(asked)}`",
            hint="columns are in lists, parquet files, data sets and tars",
        )


def _named(one: str, columns: Sequence[str], told: str) -> Carried:
    name, equals, column = one.partition("=")
    if one in columns:
        return Carried(one, one)
    if not equals or column not in columns:
        raise missing(column if equals else one, columns, told)
    if not name:
        raise UsageError(f"`{one_line(one)}` has no name for the output", hint="write NAME=COLUMN")
    return Carried(column, label(name))


def missing(column: str, columns: Sequence[str], told: str) -> UsageError:
    """The error for a column that is not there."""
    there = ", ".join(map(one_line, columns)) or "none"
    return UsageError(f"{told} has no column `{one_line(column)}`", hint=f"it has: {there}")
