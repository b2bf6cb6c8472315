"""Collections in memory, judged by the shard function with the fake models or others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from cluejudge import Judge
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.entries import Data, Entry, Fetched, Refusal
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.judged import Judged
from cluejudge.batch.ledger import Claimed, Ledger, Mine, rebuilt
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.shard import ShardDone, Told, Tools, judge_shards
from cluejudge.batch.watch import timed
from cluejudge.models.fake import load
from cluejudge.models.protocols import Models
from tests.api.colours import COLOURS, UNSAFE

Files = Sequence[Data | Refusal]


@dataclass
class Memory:
    """A source whose rows are `files`; `fetched` are those that were asked for."""

    files: Files
    fetched: list[int] = field(default_factory=list)

    card = {"kind": "memory"}  # noqa: RUF012 - never written to
    columns = pa.schema([("number", pa.int64())])
    passed_over = 0

    def listing(self) -> Iterator[pa.RecordBatch]:
        numbers = range(len(self.files))
        yield pa.RecordBatch.from_pydict(
            {
                "id": [f"image {number}" for number in numbers],
                "place": [str(number) for number in numbers],
                "stamp": ["" for _ in numbers],
                "number": [number * 10 for number in numbers],
            }
        )

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        for entry in entries:
            self.fetched.append(int(entry.place))
            yield Fetched(entry, self.files[int(entry.place)])


@dataclass
class Batch:
    """`files` as a batch in `output`, in so many shards."""

    output: Path
    files: Files
    shards: int = 1
    models: Models = field(default_factory=load)
    pace: Pace = field(default_factory=Pace)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = Memory(self.files)
        self.folder = RunFolder(self.output)
        self.manifest = Manifest.open(self.folder.inputs) or Manifest.write(
            self.folder.inputs, self.source, self.shards
        )
        self.judge = Judge(COLOURS, model=timed(self.models))
        where = InputSpec(where="memory")
        self.plan = Plan(input=where, output=self.output, constitution=COLOURS, model="fake")

    def run(
        self,
        pool: DecodePool,
        shards: Sequence[int] | None = None,
        *,
        told: Callable[[Told], None] | None = None,
        ledger: Ledger | None = None,
    ) -> Iterator[ShardDone]:
        """Judges `shards`, or those without a part."""
        there = parts(self.output)
        missing = [shard for shard in range(self.manifest.shards) if shard not in there]
        tools = Tools(
            judge=self.judge,
            source=self.source,
            manifest=self.manifest,
            pool=pool,
            folder=self.folder,
            ledger=ledger or rebuilt(self.folder),
            judged=Judged(self.folder, self.judge.common),
        )
        hear = told or self.told.append
        return judge_shards(self.plan, self.pace, shards or missing, tools, hear)

    def rows(self) -> list[dict[str, Any]]:
        """All rows that are in parts, in their order."""
        found = (batch for path in parts(self.output).values() for batch in scan(path))
        return [row for batch in found for row in batch.to_pylist()]

    @property
    def outcomes(self) -> list[str]:
        """What became of the rows, errors by their codes."""
        return [row["error_code"] or row["outcome"] for row in self.rows()]


@dataclass
class Notes:
    """A ledger that says of one image in turn what it is told to say; all others are free."""

    says: list[Claimed] = field(default_factory=list)
    about: str = hashlib.sha256(UNSAFE).hexdigest()
    asked: list[str] = field(default_factory=list)
    released: set[str] = field(default_factory=set)

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        self.asked.append(digest)
        return self.says.pop(0) if self.says and digest == self.about else Mine()

    def settle(self, digest: str, shard: int, row: int) -> None:
        self.asked.append("settled")

    def release(self, attempt: str) -> None:
        self.released.add(attempt)
