"""Parts of a batch that was judged by the fake models, without an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cluejudge import Judge
from cluejudge.batch.entries import Entry, Prepared, Refusal
from cluejudge.batch.parts import part_path
from cluejudge.errors import ImageError
from cluejudge.image import load
from cluejudge.verdict import Verdict
from tests.api.colours import COLOURS
from tests.batch.written import NONE, write_part

Files = Sequence[tuple[str, bytes]]

JUDGE = Judge(COLOURS, model="fake")
COMMON = JUDGE.refusal("", ImageError("empty", ""))


@dataclass(frozen=True)
class Judged:
    """The parts in `folder`, and the files that each shard is of."""

    folder: Path
    shards: Sequence[Files]
    asked: list[tuple[int, int]] = field(default_factory=list)

    def again(self, shard: int, rows: Sequence[int]) -> Iterator[Prepared]:
        for row in rows:
            self.asked.append((shard, row))
            yield prepared(row, *self.shards[shard][row])


def prepared(row: int, name: str, data: bytes) -> Prepared:
    entry = Entry(row, name, name)
    digest = hashlib.sha256(data).hexdigest()
    try:
        return Prepared(entry, digest, load(data))
    except ImageError as error:
        return Prepared(entry, digest, Refusal(error.code, str(error)))


def judged(folder: Path, *shards: Files, judge: Judge = JUDGE) -> Judged:
    for number, files in enumerate(shards):
        rows = [_row(judge, row, *file) for row, file in enumerate(files)]
        common = judge.refusal("", ImageError("empty", ""))
        write_part(part_path(folder, number), rows, NONE, common)
    return Judged(folder, shards)


def _row(judge: Judge, row: int, name: str, data: bytes) -> tuple[Entry, str, Verdict]:
    return Entry(row, name, name), hashlib.sha256(data).hexdigest(), judge.judge(data, name)
