"""Many append at once, from threads and processes, and some are killed: the chain stays whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cluejudge.store import log
from cluejudge.store.log import GENESIS
from cluejudge.store.records import DecisionFilter, EntryKind, NewEntry
from cluejudge.store.store import Store
from cluejudge.store.verify import verify
from tests.store.drafts import draft

ROOT = Path(__file__).parents[2]


def appending(url: str, name: str, count: int) -> subprocess.Popen[str]:
    """Another process that records decisions."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.appending", url, name, str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def recorded(store: Store) -> list[str]:
    """The ids of all decisions, the oldest first."""
    ids: list[str] = []
    before = None
    while True:
        page = store.decisions.find(DecisionFilter(limit=200, before=before))
        ids += [each.id for each in page.items]
        if (before := page.next) is None:
            return ids[::-1]


def test_each_entry_holds_the_hash_of_the_one_before(store: Store) -> None:
    new = [NewEntry(EntryKind.LOOK, "dec_1", {"number": number}) for number in range(3)]
    with store.database.writing() as connection:
        first = log.append(connection, new, at=store.database.at())
    with store.database.writing() as connection:
        second = log.append(connection, new, at=store.database.at())
    chain = first + second
    assert [entry.seq for entry in chain] == [1, 2, 3, 4, 5, 6]
    assert [entry.previous for entry in chain] == [GENESIS] + [each.hash for each in chain[:-1]]
    with store.database.reading() as connection:
        assert log.about(connection, "dec_1") == chain
        assert log.entry(connection, 4) == second[0]
        assert log.entry(connection, 7) is None


def test_what_json_cannot_hold_is_not_appended(store: Store) -> None:
    new = NewEntry(EntryKind.LOOK, "dec_1", {"score": float("nan")})
    with pytest.raises(ValueError, match="JSON"), store.database.writing() as connection:
        log.append(connection, [new], at=store.database.at())
    assert verify(store.database).entries == 0


def test_what_fails_later_in_a_transaction_leaves_no_entry(store: Store) -> None:
    def appended_and_failed() -> None:
        with store.database.writing() as connection:
            log.append(connection, [NewEntry(EntryKind.LOOK, "dec_1", {})], at=store.database.at())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        appended_and_failed()
    store.decisions.record([draft()])
    assert verify(store.database).entries == 1


def test_threads_append_one_after_the_other(store: Store) -> None:
    ready = threading.Barrier(6)

    def work(_number: int) -> list[str]:
        ready.wait()
        return [each.id for _ in range(5) for each in store.decisions.record([draft(), draft()])]

    with ThreadPoolExecutor(6) as pool:
        ids = [id for some in pool.map(work, range(6)) for id in some]
    assert sorted(recorded(store)) == sorted(ids)
    found = verify(store.database)
    assert (found.ok, found.entries) == (True, 60)


def test_readers_see_all_of_a_transaction_or_nothing(store: Store) -> None:
    done = threading.Event()

    def write() -> None:
        for _ in range(10):
            store.decisions.record([draft(), draft(), draft()])
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not done.is_set() and not writing.done():
            assert len(recorded(store)) % 3 == 0
            assert verify(store.database).ok
        writing.result()


def test_processes_append_one_after_the_other(url: str) -> None:
    """Both begin with an empty database, which one of them makes the tables of."""
    processes = [appending(url, name, 30) for name in ("a", "b")]
    told = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    with Store.open(url) as store:
        ids = recorded(store)
        assert sorted(ids) == sorted(told[0] + told[1])
        for mine in told:
            assert [each for each in ids if each in mine] == mine
        assert verify(store.database).entries == 60


@pytest.mark.parametrize("after", [1, 7, 20])
def test_what_a_killed_process_told_of_is_there(url: str, after: int) -> None:
    process = appending(url, "a", 100_000)
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.read().split()
    process.stdout.close()
    assert process.wait(timeout=60) == -signal.SIGKILL
    with Store.open(url) as store:
        ids = recorded(store)
        assert set(told) <= set(ids)
        assert len(ids) % 2 == 0, "half a transaction"
        assert len(ids) <= len(told) + 3
        found = verify(store.database)
        assert (found.ok, found.entries) == (True, len(ids))
        (goes_on,) = store.decisions.record([draft()])
        assert goes_on.seq == len(ids) + 1
