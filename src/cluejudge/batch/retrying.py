"""Makes a run forget its errors, so that these rows are judged anew, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cluejudge.batch.counted import counted
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import Journal, journaled, journals
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.rows import to_verdict
from cluejudge.verdict import Outcome, Verdict

Judged = tuple[int, str, Verdict]
"""A row, the digest of its bytes, and the verdict on it."""


def forget_errors(folder: RunFolder, common: Verdict) -> int:
    """Takes errors out of the parts and journals of a run; how many there were.

    The other rows of a part with errors become a journal; only when that is whole, the part is
    removed. So it may be stopped anywhere, and called again.
    """
    whole = parts(folder.path)
    under_way = [shard for shard in journals(folder.journals) if shard not in whole]
    return sum(_of_journal(folder, shard, common) for shard in under_way) + sum(
        _of_part(folder, shard, common) for shard in whole
    )


def _of_journal(folder: RunFolder, shard: int, common: Verdict) -> int:
    done = journaled(folder.journals, shard)
    good = {row: offset for row, offset in done.items() if offset.outcome is not Outcome.ERROR}
    if len(good) < len(done):
        rows = ((row, offset.sha256, offset.read(common)) for row, offset in good.items())
        _replace(folder, shard, rows, common)
    return len(done) - len(good)


def _of_part(folder: RunFolder, shard: int, common: Verdict) -> int:
    part = folder.part(shard)
    errors = counted(part).outcomes.get(Outcome.ERROR, 0)
    if errors:
        judged = ((row, *one) for row, one in enumerate(_rows(part, common)))
        good = (one for one in judged if one[2].outcome is not Outcome.ERROR)
        _replace(folder, shard, good, common)
        part.unlink()
    return errors


def _rows(part: Path, common: Verdict) -> Iterator[tuple[str, Verdict]]:
    for batch in scan(part):
        yield from ((one["sha256"] or "", to_verdict(one, common)) for one in batch.to_pylist())


def _replace(folder: RunFolder, shard: int, rows: Iterator[Judged], common: Verdict) -> None:
    """Has `rows` in one journal, safely on disk, in the place of all others of the shard."""
    old = _files(folder, shard)
    journal = Journal.open(folder.journals, shard, common)
    for row in rows:
        journal.add(*row)
    journal.close()
    for path in set(_files(folder, shard)) - set(old):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for path in old:
        path.unlink()


def _files(folder: RunFolder, shard: int) -> list[Path]:
    return list(folder.journals.glob(f"shard-{shard:05d}.*.jsonl"))
