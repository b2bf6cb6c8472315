"""Images that are judged by others at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.batch import attempt as attempt_module
from cluejudge.batch import shard as shard_module
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.ledger import Elsewhere, Known, Mine, rebuilt
from tests.api.colours import SAFE, UNSAFE
from tests.batch.collection import Batch, Notes
from tests.batch.scorers import seen, watched


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_module, "_PAUSE", 0.02)


def test_a_verdict_of_others_is_copied(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE, SAFE, UNSAFE], 3)
    list(batch.run(pool, [0]))
    ledger = Notes([Elsewhere(), Elsewhere(), Known(0, 0)])
    batch.source.fetched.clear()
    list(batch.run(pool, [2, 1], ledger=ledger))
    assert sorted(batch.source.fetched) == [1, 2]
    assert ledger.asked.count("settled") == 1
    assert not ledger.says
    assert batch.outcomes == ["unsafe", "safe", "unsafe"]


def test_what_nobody_judges_any_more_is_judged_here(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE, UNSAFE])
    list(batch.run(pool, ledger=Notes([Elsewhere(), Elsewhere(), Elsewhere(), Mine()])))
    assert batch.outcomes == ["unsafe", "unsafe"]


def test_patience_ends(tmp_path: Path, pool: DecodePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_module, "PATIENCE", 0.3)
    batch = Batch(tmp_path, [UNSAFE, SAFE])
    list(batch.run(pool, ledger=Notes([Elsewhere()] * 1000)))
    assert batch.outcomes == ["unsafe", "safe"]


def test_a_verdict_that_is_not_found_is_made(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE])
    list(batch.run(pool, ledger=Notes([Known(7, 3)])))
    assert batch.outcomes == ["unsafe"]


def test_duplicates_of_committed_parts_are_read_from_them(tmp_path: Path, pool: DecodePool) -> None:
    scorer, models = watched()
    batch = Batch(tmp_path, [UNSAFE, SAFE, UNSAFE], 3, models)
    list(batch.run(pool, [0]))
    scorer.seen.clear()
    list(batch.run(pool, [1, 2], ledger=rebuilt(batch.folder)))
    assert not seen(scorer, UNSAFE)
    assert batch.outcomes == ["unsafe", "safe", "unsafe"]
