"""Verdicts by their place, in a part or in a journal: those of duplicates are taken from there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import Offset, attempts, whole_lines
from cluejudge.batch.parts import read_verdict
from cluejudge.verdict import Verdict

_SHARDS = 8
"""Of so many shards it is remembered what their journals hold."""


class Judged:
    """Reads what was judged, by whatever attempt; `common` is what all verdicts share."""

    def __init__(self, folder: RunFolder, common: Verdict) -> None:
        self._folder, self._common = folder, common
        self._journals: dict[int, _Journals] = {}

    def verdict(self, shard: int, row: int) -> Verdict | None:
        """The verdict on a row; None if it is nowhere to be seen, at least not yet.

        Raises `UsageError` for a part that is broken.
        """
        part = self._folder.part(shard)
        if not part.exists():
            offset = self._of(shard).find(row)
            with suppress(OSError):  # it became a part between two looks
                return offset.read(self._common) if offset else None
        self._journals.pop(shard, None)
        return read_verdict(part, row, self._common) if part.exists() else None

    def _of(self, shard: int) -> _Journals:
        """What is known of a shard; the one that was asked for least lately is forgotten."""
        found = self._journals.pop(shard, None) or _Journals(self._folder.journals, shard)
        self._journals[shard] = found
        if len(self._journals) > _SHARDS:
            del self._journals[next(iter(self._journals))]
        return found


class _Journals:
    """Where the verdicts of one shard stand. What was read of its files is not read again."""

    def __init__(self, folder: Path, shard: int) -> None:
        self._folder, self._shard = folder, shard
        self._rows: dict[int, Offset] = {}
        self._read: dict[Path, int] = {}

    def find(self, row: int) -> Offset | None:
        if row not in self._rows:
            for path in attempts(self._folder, self._shard):
                for found, offset in whole_lines(path, self._read.get(path, 0)):
                    self._rows.setdefault(found, offset)
                    self._read[path] = offset.start + offset.length + 1
        return self._rows.get(row)
