"""Rows of CSV, JSON lines, JSON and parquet files, each with the place where it stands."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluejudge.errors import UsageError

SUFFIXES = (".csv", ".jsonl", ".json", ".parquet")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `place` is where, for people, such as `line 7`; `file` is what it stands in.

    `large` are the columns that are read, by `fetch`, each time they are asked for.
    """

    file: Path
    place: str
    values: Mapping[str, object]
    large: frozenset[str] = frozenset()
    fetch: Callable[[str], object] | None = None

    def __getitem__(self, column: str) -> object:
        """What stands in `column`; None where nothing does."""
        if self.fetch and column in self.large:
            return self.fetch(column)
        return self.values.get(column)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file or of several, and their columns in order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: str | Path, *, split: str = "") -> Table:
    """The rows of a file, or of those files of a folder that are of `split`, or of all.

    A folder is searched with all below it, as a data set of parquet shards is laid out. A file is
    of the split that its name begins with, before an end such as `-00000-of-00002`. Raises
    `UsageError` for what cannot be read and for what holds no row, `MissingExtraError` for parquet
    without its library.
    """
    files = _files(Path(path), split)
    rows = [row for file in files for row in _rows(file, several=len(files) > 1)]
    if not rows:
        raise UsageError(f"{path} holds no row")
    columns = dict.fromkeys(name for row in rows for name in (*row.values, *sorted(row.large)))
    return Table(Path(path).name, tuple(columns), tuple(rows))


def _files(path: Path, split: str) -> Sequence[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UsageError(f"there is no file {path}", hint="give the path of a table")
    tables = [file for file in sorted(path.rglob("*")) if _is_table(file)]
    found = [file for file in tables if not split or _is_of(split, file.stem)]
    if not found:
        there = ", ".join(file.name for file in tables[:10]) or "none"
        what = f"of the split '{split}'" if split else f"({', '.join(SUFFIXES)})"
        raise UsageError(f"{path} has no table {what}", hint=f"tables in it: {there}")
    return found


def _is_of(split: str, stem: str) -> bool:
    """Whether a name is that of a split, and not of one whose name is longer."""
    return re.match(re.escape(split) + r"(?![A-Za-z]|_[A-Za-z])", stem) is not None


def _is_table(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")


def _rows(file: Path, *, several: bool) -> Iterator[Row]:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        from cluejudge.bench.suites.parquet import parquet_rows

        yield from parquet_rows(file, several=several)
        return
    read = {".csv": _csv, ".jsonl": _json_lines, ".json": _json}.get(suffix)
    if read is None:
        raise UsageError(f"{file} is no table", hint=f"known: {', '.join(SUFFIXES)}")
    try:
        for place, values in read(file):
            yield Row(file, f"{file.name}, {place}" if several else place, values)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", hint="save it as UTF-8") from error
    except csv.Error as error:
        hint = "large cells, such as base64, fit into JSON lines or parquet"
        raise UsageError(f"{file} is no CSV: {error}", hint=hint) from error


def _csv(file: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True, skipinitialspace=True)
        header = [name.strip() for name in next(reader, [])]
        _check_header(file, header)
        begins = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                raise UsageError(
                    f"{file}, line {begins}: {len(cells)} cells under {len(header)} columns"
                )
            if cells:
                filled = (cell if cell.strip() else None for cell in cells)
                yield f"line {begins}", dict(zip(header, filled, strict=True))
            begins = reader.line_num + 1


def _check_header(file: Path, header: Sequence[str]) -> None:
    for name in header:
        if not name.strip() or header.count(name) > 1:
            what = f"the column '{name}' twice" if name.strip() else "a column without a name"
            raise UsageError(f"{file}, line 1: {what}")


def _json_lines(file: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    with file.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield f"line {number}", _object(file, f"line {number}", line)


def _json(file: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    data = _parsed(file, "", file.read_text("utf-8-sig"))
    if not isinstance(data, list):
        raise UsageError(f"{file} holds no list of rows", hint="JSON lines have the suffix .jsonl")
    for number, one in enumerate(data, 1):
        yield f"item {number}", _mapping(file, f"item {number}", one)


def _object(file: Path, place: str, text: str) -> Mapping[str, object]:
    return _mapping(file, place, _parsed(file, place, text))


def _parsed(file: Path, place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}{place and ', '}{place}: this is no JSON: {error}") from None


def _mapping(file: Path, place: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UsageError(f"{file}, {place}: this is no object with columns")
    return value
