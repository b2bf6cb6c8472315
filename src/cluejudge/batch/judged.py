"""Verdicts that stand in a part or in a journal, by their place: those of duplicates are copied."""

from __future__ import annotations

from contextlib import suppress

from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import Offset, journaled
from cluejudge.batch.parts import read_verdict
from cluejudge.verdict import Verdict

_SHARDS = 4
"""Whose journals are remembered at a time."""


class Judged:
    """Reads what attempts have judged, whoever they are; `common` is what all verdicts share."""

    def __init__(self, folder: RunFolder, common: Verdict) -> None:
        self._folder, self._common = folder, common
        self._journals: dict[int, dict[int, Offset]] = {}

    def verdict(self, shard: int, row: int) -> Verdict | None:
        """The verdict on a row; None if it is nowhere to be seen, at least not yet.

        Raises `UsageError` for a part that is broken.
        """
        # A journal may become a part between two looks.
        return (
            self._in_part(shard, row) or self._in_journal(shard, row) or self._in_part(shard, row)
        )

    def _in_part(self, shard: int, row: int) -> Verdict | None:
        path = self._folder.part(shard)
        return read_verdict(path, row, self._common) if path.exists() else None

    def _in_journal(self, shard: int, row: int) -> Verdict | None:
        known = self._journals.pop(shard, {})
        if row not in known:
            known = journaled(self._folder.journals, shard)
        self._journals[shard] = known
        while len(self._journals) > _SHARDS:
            del self._journals[next(iter(self._journals))]
        with suppress(OSError):  # it has become a part
            return known[row].read(self._common) if row in known else None
        return None
