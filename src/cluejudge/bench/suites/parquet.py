"""Rows of a parquet file: labels are read at once, images when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from cluejudge.bench.suites.rows import Row
from cluejudge.errors import MissingExtraError, UsageError


def parquet_rows(file: Path, *, several: bool) -> Iterator[Row]:
    """The rows of `file`, in order.

    Columns that hold bytes stay in the file until a cell of them is asked for; the group of rows
    around the last one is kept. Raises `UsageError` for a file that cannot be read, and
    `MissingExtraError` without pyarrow.
    """
    pyarrow, parquet = _libraries()
    try:
        reader = parquet.ParquetFile(file)
        large = frozenset(
            one.name for one in reader.schema_arrow if _holds_bytes(pyarrow, one.type)
        )
        light = [name for name in reader.schema_arrow.names if name not in large]
        fetch = _Fetch(reader, pyarrow, file)
        number = 0
        for group in range(reader.num_row_groups):
            columns = reader.read_row_group(group, columns=light)
            for index in range(reader.metadata.row_group(group).num_rows):
                number += 1
                cells = {name: columns.column(name)[index].as_py() for name in light}
                yield Row(
                    file,
                    f"{file.name}, row {number}" if several else f"row {number}",
                    cells,
                    large,
                    partial(fetch.cell, group, index),
                )
    except (pyarrow.ArrowException, OSError) as error:
        raise _unread(file, error) from error


class _Fetch:
    """Reads single cells of large columns."""

    def __init__(self, reader: Any, pyarrow: ModuleType, file: Path) -> None:
        self._reader, self._pyarrow, self._file = reader, pyarrow, file
        self._column = lru_cache(maxsize=1)(self._read)

    def cell(self, group: int, index: int, column: str) -> object:
        """What stands in `column` of a row. Raises `UsageError`."""
        return self._column(group, column)[index].as_py()

    def _read(self, group: int, column: str) -> Any:
        try:
            return self._reader.read_row_group(group, columns=[column]).column(column)
        except (self._pyarrow.ArrowException, OSError) as error:
            raise _unread(self._file, error) from error


def _libraries() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError("a parquet table", "bench") from error
    return pyarrow, parquet


def _holds_bytes(pyarrow: ModuleType, kind: Any) -> bool:
    types = pyarrow.types
    if types.is_struct(kind):
        return any(_holds_bytes(pyarrow, one.type) for one in kind)
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def _unread(file: Path, error: Exception) -> UsageError:
    return UsageError(f"{file} cannot be read: {str(error).splitlines()[0]}")
