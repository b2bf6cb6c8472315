"""Errors are forgotten, and nothing else is, wherever that was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.journal import Journal, journaled, journals
from cluejudge.batch.parts import parts
from cluejudge.batch.retrying import forget_errors
from cluejudge.settings import Limits, Sampling
from cluejudge.verdict import Outcome
from tests.api.colours import SAFE, UNSAFE
from tests.batch.collection import Batch

BROKEN = UNSAFE[:60]
FILES = [UNSAFE, BROKEN, SAFE, SAFE, BROKEN, b""]


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(1, Limits(), Sampling()) as made:
        yield made


@pytest.fixture
def batch(tmp_path: Path, pool: DecodePool) -> Batch:
    """Three parts: one error, none, and two."""
    made = Batch(tmp_path, FILES, 3)
    list(made.run(pool))
    return made


def test_parts_with_errors_become_journals_of_their_other_rows(
    batch: Batch, pool: DecodePool
) -> None:
    before = batch.rows()
    assert forget_errors(batch.folder, batch.judge.common) == 3
    assert list(parts(batch.output)) == [1]
    assert {shard: list(journaled(batch.folder.journals, shard)) for shard in range(3)} == {
        0: [0],
        1: [],
        2: [],
    }
    batch.told.clear()
    list(batch.run(pool))
    assert batch.rows() == before
    assert sum(told.fresh for told in batch.told) == 3


def test_errors_of_journals_are_forgotten_too(batch: Batch, pool: DecodePool) -> None:
    before = batch.rows()
    common, place = batch.judge.common, batch.folder.journals
    rows = {0: batch.judge.judge(UNSAFE, "image 0"), 1: batch.judge.judge(BROKEN, "image 1")}
    batch.folder.part(0).unlink()
    journal = Journal.open(place, 0, common)
    for row, verdict in rows.items():
        journal.add(row, before[row]["sha256"], verdict)
    journal.close()
    assert forget_errors(batch.folder, common) == 3
    assert {row: one.outcome for row, one in journaled(place, 0).items()} == {0: Outcome.UNSAFE}
    assert forget_errors(batch.folder, common) == 0
    list(batch.run(pool))
    assert batch.rows() == before


def test_it_may_be_stopped_anywhere(
    batch: Batch, pool: DecodePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = batch.rows()
    with monkeypatch.context() as patched:
        patched.setattr("cluejudge.batch.retrying.os.fsync", lambda handle: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            forget_errors(batch.folder, batch.judge.common)
    assert list(parts(batch.output)) == [0, 1, 2]
    assert journals(batch.folder.journals) == (0,)
    assert batch.rows() == before
    assert forget_errors(batch.folder, batch.judge.common) == 3
    list(batch.run(pool))
    assert batch.rows() == before
