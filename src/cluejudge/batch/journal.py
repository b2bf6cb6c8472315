"""The verdicts of shards under way, so that none is made twice.

Each attempt at a shard appends to a file of its own, one line a row:
`CHECKSUM NUMBER OUTCOME SHA256 JSON`. A line counts only if it is whole and its checksum is right,
so a torn or damaged one costs one judgement and is no fault. Of several lines for a row the first
counts, in the order of the files' names. Attempts need no locks: one that was given up and writes
on does no harm.
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from pydantic_core import from_json, to_json

from cluejudge.batch.rows import Row, to_row, to_verdict
from cluejudge.verdict import Outcome, Verdict

_FILE = re.compile(r"shard-(\d{5,})\.[0-9a-f]+\.jsonl")
_LINE = re.compile(rb"([0-9a-f]{8}) (\d+) (\w+) ([0-9a-f]*) ")


@dataclass(frozen=True, slots=True)
class Offset:
    """Where the verdict on a row stands, `length` bytes from `start`.

    `sha256` is of the image's bytes, empty if there were none.
    """

    path: Path
    start: int
    length: int
    outcome: Outcome
    sha256: str

    def row(self) -> Row:
        """The row, as `rows.to_row` made it.

        Raises `OSError` if the file is gone, `ValueError` if it was changed.
        """
        with self.path.open("rb") as file:
            file.seek(self.start)
            row: Row = from_json(file.read(self.length))
            return row

    def read(self, common: Verdict) -> Verdict:
        """The verdict of the row; raises as `row` does."""
        return to_verdict(self.row(), common)


class Journal:
    """The journal of one shard, open for one attempt at it; not for several threads.

    `common` has what all verdicts of the run share. The attempt's file is made by its first row.
    """

    def __init__(self, folder: Path, shard: int, common: Verdict) -> None:
        self._path = folder / f"shard-{shard:05d}.{secrets.token_hex(8)}.jsonl"
        self._common = common
        self._done = journaled(folder, shard)
        self._file: BinaryIO | None = None

    @classmethod
    def open(cls, folder: Path, shard: int, common: Verdict) -> Journal:
        """The journal of `shard` in `folder`, with what earlier attempts have judged."""
        return cls(folder, shard, common)

    @property
    def done(self) -> Mapping[int, Offset]:
        """The rows that are in, and where."""
        return MappingProxyType(self._done)

    def add(self, row: int, sha256: str, verdict: Verdict) -> None:
        """Writes the verdict on a row that is not in yet, and gives it to the system at once.

        `sha256` is that of the image's bytes, empty if there were none.
        """
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")
        said = to_json(to_row(verdict.image, sha256, verdict, self._common))
        head = f"{row} {verdict.outcome} {sha256} ".encode()
        start = self._file.tell() + 9 + len(head)
        self._file.write(b"%08x %s%s\n" % (zlib.crc32(head + said), head, said))
        self._file.flush()
        self._done.setdefault(row, Offset(self._path, start, len(said), verdict.outcome, sha256))

    def row(self, row: int) -> Row:
        """A row that is in, to be written into a part: no verdict is made of it on the way."""
        return self._done[row].row()

    def verdict(self, row: int) -> Verdict:
        """The verdict on a row that is in."""
        return self._done[row].read(self._common)

    def close(self) -> None:
        """Closes the attempt's file; again, it does nothing."""
        if self._file:
            self._file.close()
            self._file = None

    @staticmethod
    def discard(folder: Path, shard: int) -> None:
        """Removes the journals of all attempts at a shard, whose part is there now."""
        for path in attempts(folder, shard):
            path.unlink(missing_ok=True)


def journaled(folder: Path, shard: int) -> dict[int, Offset]:
    """The rows of a shard that are in its journals."""
    found: dict[int, Offset] = {}
    for path in attempts(folder, shard):
        for row, offset in whole_lines(path):
            found.setdefault(row, offset)
    return found


def journals(folder: Path) -> tuple[int, ...]:
    """The shards that have a journal, in order."""
    named = (_FILE.fullmatch(path.name) for path in folder.glob("shard-*.jsonl"))
    return tuple(sorted({int(found[1]) for found in named if found}))


def whole_lines(path: Path, start: int = 0) -> Iterator[tuple[int, Offset]]:
    """The rows of the lines from `start` on that are whole; none if there is no file."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(start)
        for line in file:
            head = _LINE.match(line)
            if head and line.endswith(b"\n") and int(head[1], 16) == zlib.crc32(line[9:-1]):
                yield int(head[2]), _offset(path, start, line, head)
            start += len(line)


def _offset(path: Path, start: int, line: bytes, head: re.Match[bytes]) -> Offset:
    outcome, sha256 = head[3].decode(), head[4].decode()
    length = len(line) - 1 - head.end()
    return Offset(path, start + head.end(), length, Outcome(outcome), sha256)


def attempts(folder: Path, shard: int) -> list[Path]:
    """The journals of a shard, in the order in which they count."""
    return sorted(folder.glob(f"shard-{shard:05d}.*.jsonl"))
