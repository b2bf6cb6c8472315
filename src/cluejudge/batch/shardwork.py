"""One shard under way: its entries, its journal, and the part that is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cluejudge.batch.counted import counted
from cluejudge.batch.entries import Entry
from cluejudge.batch.journal import Journal
from cluejudge.batch.parts import write_rows
from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import Told, Tools
from cluejudge.verdict import Outcome, Verdict, storable


@dataclass(eq=False, slots=True)
class ShardWork:
    """A shard that is not committed yet.

    `left` rows are not in its journal; of these `again` are to be tried again, and `elsewhere` so
    many wait for what others judge.
    """

    shard: int
    entries: tuple[Entry, ...]
    journal: Journal
    left: int
    again: list[Entry] = field(default_factory=list)
    elsewhere: int = 0

    @classmethod
    def open(cls, shard: int, tools: Tools) -> ShardWork:
        """The shard, with what earlier attempts have judged of it."""
        entries = tools.manifest.entries(shard)
        journal = Journal.open(tools.folder.journals, shard, tools.judge.common)
        left = sum(entry.row not in journal.done for entry in entries)
        return cls(shard, entries, journal, left)

    @property
    def missing(self) -> list[Entry]:
        """The entries that are not judged, in their order."""
        return [entry for entry in self.entries if entry.row not in self.journal.done]

    def old(self) -> Iterator[Told]:
        """What became of the rows that earlier attempts have judged."""
        for row, offset in self.journal.done.items():
            failed = offset.outcome is Outcome.ERROR
            code = self.journal.verdict(row).code if failed else ""
            yield Told(self.shard, offset.outcome, code, fresh=False)

    def add(self, entry: Entry, sha256: str, verdict: Verdict) -> Told:
        """Puts the verdict on a row into the journal, under the row's name."""
        named = verdict.model_copy(update={"image": storable(entry.id)})
        self.journal.add(entry.row, sha256, named)
        self.left -= 1
        code = verdict.code if verdict.outcome is Outcome.ERROR else ""
        return Told(self.shard, verdict.outcome, code)

    def commit(self, tools: Tools) -> Tally:
        """Makes the part of the journal, which is removed; what became of the rows."""
        part = tools.folder.part(self.shard)
        rows = (self.journal.row(entry.row) for entry in self.entries)
        try:
            write_rows(part, rows, tools.manifest.carried(self.shard), tools.judge.common)
        except FileNotFoundError:
            if not part.exists():  # else another attempt, which took this one for dead, was quicker
                raise
        self.journal.close()
        Journal.discard(tools.folder.journals, self.shard)
        return counted(part)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a shard under way."""

    work: ShardWork
    entry: Entry
