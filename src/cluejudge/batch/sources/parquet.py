"""Parquet files, one row group after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cluejudge.batch.arrow import pa, pq
from cluejudge.batch.sources.files import Files
from cluejudge.batch.sources.pieces import Piece, checked_names
from cluejudge.batch.sources.remote import brief, faults

_BUFFER = 2**20


class ParquetReader:
    """Reads parquet; a row group that is broken is lost, and those after it are not."""

    def schema(self, files: Files, name: str) -> pa.Schema:
        """See `Reader`."""
        with faults(), _opened(files, name) as table:
            return checked_names(table.schema_arrow)

    def pieces(
        self, files: Files, name: str, columns: list[str], start: int, size: int
    ) -> Iterator[Piece]:
        """See `Reader`."""
        with faults(), _opened(files, name) as table:
            first = 0
            for group, count in enumerate(_counts(table)):
                if first + count > start:
                    batches = table.iter_batches(
                        batch_size=size, row_groups=[group], columns=columns, use_threads=False
                    )
                    yield from _group(batches, first, count)
                first += count


def _counts(table: pq.ParquetFile) -> list[int]:
    """The rows of its row groups. Raises `OSError` if it says two things of them."""
    about = table.metadata
    counts = [about.row_group(group).num_rows for group in range(table.num_row_groups)]
    if min(counts, default=0) < 0 or sum(counts) != about.num_rows:
        raise OSError("its footer is broken: the rows of its row groups are not all its rows")
    return counts


@contextmanager
def _opened(files: Files, name: str) -> Iterator[pq.ParquetFile]:
    # Without its own buffering it reads whole column chunks at once.
    with (
        files.open(name) as file,
        pq.ParquetFile(
            file, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
        ) as table,
    ):
        yield table


def _group(batches: Iterator[pa.RecordBatch], first: int, count: int) -> Iterator[Piece]:
    at, why = first, "its row group ends early"
    try:
        with faults():
            for batch in batches:
                yield Piece(at, batch.num_rows, batch)
                at += batch.num_rows
    except OSError as error:
        why = brief(error)
    if at < first + count:
        yield Piece(at, first + count - at, None, why)
