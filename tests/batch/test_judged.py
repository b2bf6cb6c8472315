from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.batch import judged as module
from cluejudge.batch.entries import Entry
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import Journal
from cluejudge.batch.judged import Judged
from cluejudge.errors import UsageError
from tests.batch.test_journal import SAID, digest, write
from tests.batch.verdicts import COMMON
from tests.batch.written import NONE, write_part


def commit(folder: RunFolder, shard: int, count: int) -> None:
    rows = [(Entry(row, SAID[row].image, ""), digest(row), SAID[row]) for row in range(count)]
    write_part(folder.part(shard), rows, NONE, COMMON)
    Journal.discard(folder.journals, shard)


def test_a_verdict_is_found_while_its_shard_is_under_way_and_when_it_is_done(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path)
    judged = Judged(folder, COMMON)
    assert judged.verdict(7, 0) is None
    write(folder.journals, 0)
    assert judged.verdict(7, 0) == SAID[0]
    assert judged.verdict(7, 1) is None
    write(folder.journals, 1, 2)
    assert [judged.verdict(7, row) for row in (2, 1, 0)] == [SAID[2], SAID[1], SAID[0]]
    commit(folder, 7, 4)
    assert [judged.verdict(7, row) for row in range(4)] == SAID[:4]


def test_a_line_that_was_half_written_is_found_when_it_is_whole(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    judged = Judged(folder, COMMON)
    path = write(folder.journals, 0, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert judged.verdict(7, 1) is None
    path.write_bytes(whole)
    assert judged.verdict(7, 1) == SAID[1]


def test_a_journal_that_is_gone_before_its_part_is_seen_is_no_verdict(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    judged = Judged(folder, COMMON)
    write(folder.journals, 0)
    assert judged.verdict(7, 0) == SAID[0]
    Journal.discard(folder.journals, 7)
    assert judged.verdict(7, 0) is None


def test_shards_that_were_forgotten_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SHARDS", 2)
    folder = RunFolder(tmp_path)
    judged = Judged(folder, COMMON)
    for shard in range(4):
        write(folder.journals, shard, shard=shard)
    for _ in range(2):
        assert [judged.verdict(shard, shard) for shard in range(4)] == SAID[:4]


def test_a_broken_part_is_told(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.part(7).write_bytes(b"")
    with pytest.raises(UsageError, match="is broken"):
        Judged(folder, COMMON).verdict(7, 0)
