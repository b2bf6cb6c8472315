"""The lines of a list, whatever it is written in, each as columns with values."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from cluejudge.batch.sources.files import Files, is_url
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import brief, faults
from cluejudge.batch.sources.wanted import named_image
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

PATH = "path"
"""The column of a list that has no names for columns."""

CSV, JSON_LINES = (".csv", ".tsv"), (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says, `number` from 1; `why` it cannot be read, if so."""

    number: int
    values: Mapping[str, object] = field(default_factory=dict)
    why: str = ""


def suffix(name: str) -> str:
    """The suffix of a list, also of one with a query behind it."""
    return os.path.splitext(name.partition("?")[0])[1].lower()


def lines(files: Files, name: str, told: str) -> Iterator[Line]:
    """The lines of a list that hold something, in order.

    Bytes that are not UTF-8 are kept as Python's surrogates, as in names of files. Raises
    `UsageError` for a file that cannot be read, and for a table that is none.
    """
    kind = suffix(name)
    try:
        with (
            faults(),
            files.open(name) as file,
            io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="") as text,
        ):
            if kind in CSV:
                yield from _csv(text, told, tabs=kind == ".tsv")
            elif kind in JSON_LINES:
                yield from _json_lines(text)
            else:
                yield from _plain(text, told)
    except OSError as error:
        raise UsageError(f"{told} cannot be read: {brief(error)}") from error


def _plain(text: io.TextIOWrapper, told: str) -> Iterator[Line]:
    for number, line in enumerate(text, 1):
        if "\0" in line:
            raise UsageError(f"{told} is no list in UTF-8", hint="save it as UTF-8, a path a line")
        if line.strip():
            yield Line(number, {PATH: line.rstrip("\r\n")})


def _json_lines(text: io.TextIOWrapper) -> Iterator[Line]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Line(number, why=f"this is no JSON: {label(brief(error))}")
            continue
        if isinstance(value, str):
            yield Line(number, {PATH: value})
        elif isinstance(value, dict):
            yield Line(number, value)
        else:
            yield Line(number, why="this is no object with columns, and no path")


def _csv(text: io.TextIOWrapper, told: str, *, tabs: bool) -> Iterator[Line]:
    begins_with = [text.readline()]
    while begins_with[-1] in ("\n", "\r\n", "\r"):
        begins_with.append(text.readline())
    separator = "\t" if tabs else max(",;\t", key=begins_with[-1].count)
    rows = chain(begins_with, text)
    reader = csv.reader(rows, delimiter=separator, strict=True, skipinitialspace=True)
    header: list[str] = []
    begins = 1
    try:
        for cells in reader:
            if cells and not header:
                header = _header(cells, told)
                if header == [PATH] and cells != header:
                    yield Line(begins, {PATH: cells[0]})
            elif cells and len(cells) != len(header):
                yield Line(begins, why=f"{len(cells)} cells under {len(header)} columns")
            elif cells:
                filled = (cell if cell.strip() else None for cell in cells)
                yield Line(begins, dict(zip(header, filled, strict=True)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"{told}, line {begins}: this is no CSV: {error}",
            hint="close every quote; large cells fit into JSON lines or parquet",
        ) from error


def _header(cells: list[str], told: str) -> list[str]:
    """The names of columns; of a list without any, which must have one column, `PATH`."""
    if any(named_image(cell) or is_url(cell) for cell in cells):
        if len(cells) == 1:
            return [PATH]
        raise UsageError(f"{told} has no line with the names of its columns", hint="put one first")
    names = [cell.strip() for cell in cells]
    for name in names:
        if not name or names.count(name) > 1:
            what = f"the column `{one_line(name)}` twice" if name else "a column without a name"
            raise UsageError(f"{told} has {what}", hint="name every column, each differently")
    return names
