from __future__ import annotations

import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cluejudge.batch import ledger as module
from cluejudge.batch.buckets import Buckets
from cluejudge.batch.entries import Entry
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.journal import Journal
from cluejudge.batch.ledger import Elsewhere, Known, Mine, SqliteLedger, rebuilt
from cluejudge.errors import StoreError, UsageError
from cluejudge.verdict import Outcome
from tests.batch.verdicts import COMMON
from tests.batch.written import NONE, write_part


def digest(number: int) -> str:
    return f"{number:064x}"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    made = SqliteLedger(tmp_path / "deep" / "ledger.sqlite")
    yield made
    made.close()


def test_who_asks_first_judges_and_all_others_hear_where_the_verdict_is(
    ledger: SqliteLedger,
) -> None:
    assert ledger.claim(digest(1), 0, 5, "a") == Mine()
    assert ledger.claim(digest(1), 0, 5, "a") == Mine()
    assert ledger.claim(digest(1), 3, 0, "b") == Elsewhere()
    assert ledger.claim(digest(2), 3, 1, "b") == Mine()
    ledger.settle(digest(1), 0, 5)
    assert ledger.claim(digest(1), 3, 0, "b") == Known(0, 5)
    assert ledger.claim(digest(1), 0, 6, "a") == Known(0, 5)


def test_what_a_dead_attempt_had_claimed_is_free_and_what_it_settled_is_not(
    ledger: SqliteLedger,
) -> None:
    for number in (1, 2):
        assert ledger.claim(digest(number), 0, number, "a") == Mine()
    assert ledger.claim(digest(3), 1, 0, "b") == Mine()
    ledger.settle(digest(1), 0, 1)
    ledger.release("a")
    ledger.release("a")
    assert ledger.claim(digest(1), 4, 0, "c") == Known(0, 1)
    assert ledger.claim(digest(2), 4, 1, "c") == Mine()
    assert ledger.claim(digest(3), 4, 2, "c") == Elsewhere()


def test_who_lost_patience_may_settle_what_another_has_claimed(ledger: SqliteLedger) -> None:
    assert ledger.claim(digest(1), 0, 0, "a") == Mine()
    ledger.settle(digest(1), 9, 9)
    assert ledger.claim(digest(1), 5, 5, "c") == Known(9, 9)
    ledger.settle(digest(1), 0, 0)
    assert ledger.claim(digest(1), 5, 5, "c") in (Known(9, 9), Known(0, 0))


def test_an_old_file_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database at all")
    (tmp_path / "ledger.sqlite-journal").write_bytes(b"rubbish")
    for _ in range(2):
        ledger = SqliteLedger(path)
        assert ledger.claim(digest(1), 0, 0, "a") == Mine()
        ledger.settle(digest(1), 0, 0)
        ledger.close()
        ledger.close()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SETUP", (*module._SETUP, "PRAGMA max_page_count = 3"))
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    rows = ((bytes.fromhex(digest(number)), 0, number) for number in range(9999))
    told = pytest.raises(StoreError, match=r"ledger\.sqlite cannot be used: .*full.*goes on")
    with told:
        ledger.fill([rows])
    with told:
        deque(map(ledger.settle, map(digest, range(9999)), repeat(0), range(9999)), maxlen=0)
    ledger.close()


def test_places_that_cannot_be_put_aside_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path)
    fill(folder)
    monkeypatch.setattr("cluejudge.batch.buckets.BUFFER", 0)
    monkeypatch.setattr(Buckets, "_path", lambda *_: tmp_path / "no folder" / "00")
    with pytest.raises(StoreError, match=r"ledger\.sqlite cannot be used: .*no folder"):
        rebuilt(folder)


def test_threads_may_ask_at_the_same_time(ledger: SqliteLedger) -> None:
    mine: list[int] = []

    def ask(attempt: str) -> None:
        for number in range(600):
            if ledger.claim(digest(number), 0, number, attempt) == Mine():
                mine.append(number)
                ledger.settle(digest(number), 0, number)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mine) == list(range(600))


class Asked(RuleBasedStateMachine):
    """A ledger that writes every third one does what a dictionary does."""

    numbers = st.integers(0, 7)
    attempts = st.sampled_from("abc")

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(module, "_TOGETHER", 3)
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = SqliteLedger(self.folder / "ledger.sqlite")
        self.claims: dict[int, str] = {}
        self.judged: dict[int, set[Known]] = {}

    @rule(number=numbers, attempt=attempts)
    def claim(self, number: int, attempt: str) -> None:
        told = self.ledger.claim(digest(number), 0, number, attempt)
        if number in self.judged:
            assert told in self.judged[number]
        else:
            mine = self.claims.setdefault(number, attempt) == attempt
            assert told == (Mine() if mine else Elsewhere())

    @rule(number=numbers, shard=st.integers(0, 3))
    def settle(self, number: int, shard: int) -> None:
        self.ledger.settle(digest(number), shard, number)
        self.claims.pop(number, None)
        self.judged.setdefault(number, set()).add(Known(shard, number))

    @rule(attempt=attempts)
    def release(self, attempt: str) -> None:
        self.ledger.release(attempt)
        self.claims = {number: who for number, who in self.claims.items() if who != attempt}

    @invariant()
    def all_that_is_judged_is_known(self) -> None:
        for number, places in self.judged.items():
            assert self.ledger.claim(digest(number), 0, 0, "z") in places

    def teardown(self) -> None:
        self.ledger.close()
        self.patch.undo()
        shutil.rmtree(self.folder)


Asked.TestCase.settings = settings(max_examples=25, deadline=None)
test_a_ledger_is_a_dictionary = Asked.TestCase


def fill(folder: RunFolder) -> None:
    """Shard 0 is a part, shard 2 has a journal; of both a row is an error, of one no bytes came."""
    ok = COMMON.model_copy(update={"outcome": Outcome.SAFE})
    rows = [
        (Entry(0, "a", ""), digest(10), ok),
        (Entry(1, "b", ""), digest(11), COMMON),
        (Entry(2, "c", ""), "", COMMON),
        (Entry(3, "d", ""), digest(10), ok),
    ]
    write_part(folder.part(0), rows, NONE, COMMON)
    journal = Journal.open(folder.journals, 2, COMMON)
    journal.add(7, digest(20), ok)
    journal.add(8, digest(21), COMMON)
    journal.add(9, "", COMMON)
    journal.close()


def test_a_ledger_is_made_of_parts_and_journals(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    fill(folder)
    ledger = rebuilt(folder)
    assert ledger.claim(digest(10), 5, 0, "a") in (Known(0, 0), Known(0, 3))
    assert ledger.claim(digest(20), 5, 0, "a") == Known(2, 7)
    failed = [ledger.claim(digest(number), 5, 0, "a") for number in (11, 21)]
    assert failed == [Known(0, 1), Known(2, 8)]
    ledger.close()


def test_a_broken_part_is_told_when_the_ledger_is_made(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    fill(folder)
    folder.part(1).write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"part-00001\.parquet is broken"):
        rebuilt(folder)
