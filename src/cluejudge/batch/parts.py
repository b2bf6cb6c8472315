"""The files of a batch's rows: each whole as soon as it is there, and never touched again.

`part-00012.parquet` holds the rows of shard 12, in the order of its entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluejudge.batch.arrow import pa, pq
from cluejudge.batch.columns import ABOUT, part_schema
from cluejudge.batch.durable import replacing
from cluejudge.batch.rows import Row, to_verdict
from cluejudge.errors import UsageError
from cluejudge.verdict import Verdict

GROUP = 500
"""Rows that are written, and read, at a time; of animations and videos as many views."""

_NAME = re.compile(r"part-(\d{5,})\.parquet")


def part_path(folder: Path, shard: int) -> Path:
    """Where the rows of a shard are, once all of them are judged."""
    return folder / f"part-{shard:05d}.parquet"


def parts(folder: Path) -> dict[int, Path]:
    """The parts of a run's folder by their shards, in order."""
    named = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return dict(sorted((int(found[1]), path) for found, path in named if found))


def write_rows(path: Path, rows: Iterable[Row], carried: pa.Table, common: Verdict) -> None:
    """Writes a part of rows that come one by one, in the order of the shard and of `carried`.

    Raises `ValueError` if they are fewer or more than those of `carried`; whatever is raised,
    nothing is written.
    """
    schema = part_schema(carried.schema).with_metadata({ABOUT: common.model_dump_json()})
    count = 0
    with replacing(path) as new, _writer(new, schema) as writer:
        for group in _groups(rows):
            beside = carried.slice(count, len(group))
            count += len(group)
            if carried.num_columns and count > carried.num_rows:
                raise ValueError(f"there are more than the {carried.num_rows} rows of the shard")
            writer.write_batch(_batch(group, beside, schema))
        if carried.num_columns and count != carried.num_rows:
            raise ValueError(f"{count} of the {carried.num_rows} rows of the shard are there")


def scan(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a part, or those columns of them, some at a time.

    Raises `UsageError` for a file that is broken.
    """
    with _told(path), _reader(path) as part:
        yield from part.iter_batches(GROUP, columns=columns)


def read_verdict(path: Path, row: int, common: Verdict) -> Verdict:
    """The verdict of one row. Raises `UsageError` for a file that is broken."""
    with _told(path), _reader(path) as part:
        if not 0 <= row < part.metadata.num_rows:
            raise _broken(path, f"it has no row {row}")
        group, place = _place(part.metadata, row)
        found = part.read_row_group(group, use_threads=False).slice(place, 1)
        return to_verdict(found.to_pylist()[0], common)


def check_part(path: Path, rows: int) -> None:
    """Raises `UsageError` unless that is a whole part of so many rows; reads its end only."""
    with _told(path), _reader(path) as part:
        found = part.metadata.num_rows
    if found != rows:
        raise _broken(path, f"it has {found} rows, and its shard {rows}")


def _writer(path: Path, schema: pa.Schema) -> Any:
    return pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True)


def _reader(path: Path) -> Any:
    return pq.ParquetFile(path, page_checksum_verification=True)


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows, `GROUP` views at a time, which is what takes memory."""
    group: list[Row] = []
    views = 0
    for row in rows:
        group.append(row)
        views += max(1, len(row["views"]))
        if views >= GROUP:
            yield group
            group, views = [], 0
    if group:
        yield group


def _place(metadata: Any, row: int) -> tuple[int, int]:
    """The row group that a row is in, and its place there."""
    for group in range(metadata.num_row_groups):
        count = metadata.row_group(group).num_rows
        if row < count:
            return group, row
        row -= count
    raise ValueError("its row groups have fewer rows than it")


def _batch(rows: list[Row], carried: pa.Table, schema: pa.Schema) -> pa.RecordBatch:
    own = list(schema)[: len(schema) - carried.num_columns]
    columns = [pa.array([row.get(one.name) for row in rows], one.type) for one in own]
    columns += [column.combine_chunks() for column in carried.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever reading a broken file may raise, as a `UsageError` about `path`."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, str(error)) from error


def _broken(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} is broken: {why}",
        hint="nothing is judged again unasked: delete the file to have its rows judged anew, or "
        "bring it back from a copy",
    )
