"""Data sets of Hugging Face as `save_to_disk` writes them: streams of arrow, and their order."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from cluejudge.batch.arrow import pa
from cluejudge.batch.sources.files import Files, Found, Kind
from cluejudge.batch.sources.finding import Collection
from cluejudge.batch.sources.pieces import Piece, checked_names
from cluejudge.batch.sources.remote import brief, faults
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

SPLITS, STATE = "dataset_dict.json", "state.json"
_END = b"\xff\xff\xff\xff\0\0\0\0"


def is_dataset(files: Files) -> bool:
    """Whether a data set is saved in the root. Raises `OSError` if nobody can tell."""
    return any(files.kind(name) is Kind.FILE for name in (SPLITS, STATE))


def tables(collection: Collection) -> Iterator[Found]:
    """The arrow files of a data set: split after split in its order, file after file.

    Raises `UsageError` if there is no data set, or one that cannot be read as it is.
    """
    files, told = collection.files, collection.told()
    if files.kind(SPLITS) is Kind.FILE:
        folders = [f"{split}/" for split in _texts(_json(files, SPLITS, told).get("splits"))]
    else:
        folders = [""]
    for folder in folders:
        state = _json(files, folder + STATE, told)
        if state.get("_indices_data_files"):
            raise UsageError(
                f"{told} is a selection of rows of a data set",
                hint="call flatten_indices() and save it again",
            )
        parts = state.get("_data_files")
        for part in parts if isinstance(parts, list) else ():
            (name,) = _texts([part.get("filename") if isinstance(part, dict) else None])
            yield Found(folder + name, files.stamp(folder + name))


class ArrowReader:
    """Reads streams of arrow; what follows a broken place is lost, and nobody knows how much."""

    def schema(self, files: Files, name: str) -> pa.Schema:
        """See `Reader`."""
        with faults(), _opened(files, name) as (stream, _):
            return checked_names(stream.schema)

    def pieces(
        self, files: Files, name: str, columns: list[str], start: int, size: int
    ) -> Iterator[Piece]:
        """See `Reader`."""
        with faults(), _opened(files, name) as (stream, file):
            at = 0
            try:
                with faults():
                    for batch in stream:
                        if at + batch.num_rows > start:
                            yield from _slices(batch.select(columns), at, size)
                        at += batch.num_rows
                    _check_end(file)
            except OSError as error:
                yield Piece(at, None, None, brief(error))


def _slices(batch: pa.RecordBatch, first: int, size: int) -> Iterator[Piece]:
    batch.validate(full=True)  # its buffers are as the file has them
    for offset in range(0, batch.num_rows, size):
        piece = batch.slice(offset, size)
        yield Piece(first + offset, piece.num_rows, piece)


@contextmanager
def _opened(files: Files, name: str) -> Iterator[tuple[pa.RecordBatchReader, BinaryIO]]:
    with files.open(name) as file:
        try:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, AttributeError):  # remote, or empty
            with pa.ipc.open_stream(file) as stream:
                yield stream, file
        else:
            # Rows that are not asked for are skipped, and never read.
            buffer = pa.BufferReader(pa.py_buffer(whole))
            with pa.ipc.open_stream(buffer) as stream:
                yield stream, buffer


def _check_end(file: BinaryIO) -> None:
    """Raise `OSError` unless the stream has ended with an end mark at the end of the file."""
    at = file.tell()
    size = file.seek(0, 2)
    file.seek(max(0, size - len(_END)))
    if file.read(len(_END)) != _END:
        raise OSError("it ends without an end mark: what was to follow is missing")
    if at != size:
        raise OSError("there is more behind its end mark")


def _json(files: Files, name: str, told: str) -> dict[str, Any]:
    try:
        with faults(), files.open(name) as file:
            data = json.loads(file.read())
    except OSError as error:
        raise UsageError(
            f"{told} is no data set that save_to_disk wrote: {name}: {brief(error)}"
        ) from error
    if not isinstance(data, dict):
        raise UsageError(f"{told} is no data set that save_to_disk wrote: {one_line(name)} is bad")
    return data


def _texts(value: object) -> list[str]:
    names = value if isinstance(value, list) else [None]
    found = [name for name in names if isinstance(name, str) and name and ".." not in name]
    if len(found) < len(names):
        raise UsageError("the data set names files that cannot be in it", hint="save it again")
    return found
