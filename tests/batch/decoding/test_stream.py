"""Every row comes out once, whatever happens to the processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch.decoding import stream as module
from cluejudge.batch.decoding import worker as worker_module
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.decoding.stream import Stream
from cluejudge.batch.entries import Data, Fetched, Prepared, Refusal
from cluejudge.errors import CluejudgeError, UsageError
from cluejudge.image import LoadedImage
from cluejudge.settings import Limits, Sampling
from tests.batch.decoding.rows import Bomb, fetched, png

PICTURES: list[Data | Refusal] = [png(), png("blue", 32), png()[:40], Refusal("missing", "gone")]


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(2, Limits(), Sampling()) as made:
        yield made


def numbered(data: Iterable[Data | Refusal]) -> Iterator[tuple[int, Fetched]]:
    return ((row, fetched(one, row)) for row, one in enumerate(data))


def drained(stream: Stream[int]) -> dict[int, Prepared]:
    found: dict[int, Prepared] = {}
    with stream:
        while not stream.ended:
            taken = stream.take(5.0)
            if taken is not None:
                row, prepared = taken
                assert row not in found
                assert prepared.entry.row == row
                found[row] = prepared
    assert stream.take(0.0) is None
    return found


def kind(prepared: Prepared) -> str:
    return prepared.image.code if isinstance(prepared.image, Refusal) else "image"


@given(rows=st.lists(st.sampled_from(PICTURES), max_size=12), ahead=st.integers(1, 5))
@settings(max_examples=25)
def test_each_row_comes_out_once(pool: DecodePool, rows: list[Data | Refusal], ahead: int) -> None:
    kinds = dict(zip(map(id, PICTURES), ("image", "image", "truncated", "missing"), strict=True))
    found = drained(Stream(pool, numbered(rows), ahead))
    assert {row: kind(one) for row, one in found.items()} == {
        row: kinds[id(one)] for row, one in enumerate(rows)
    }


def test_a_row_on_which_processes_die_is_given_up_and_takes_no_other_along(
    pool: DecodePool,
) -> None:
    rows: list[Data | Refusal] = [png(), Bomb(png()), png("blue"), Bomb(png()), png("green")]
    found = drained(Stream(pool, numbered(rows), 4))
    assert [kind(found[row]) for row in range(5)] == ["image", "decoder_died"] * 2 + ["image"]
    assert found[1].sha256 == ""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_killed_processes_lose_nothing(pool: DecodePool) -> None:
    killed = 0
    found: dict[int, Prepared] = {}
    with Stream(pool, numbered([png("red", 200)] * 60), 6) as stream:
        while not stream.ended:
            if taken := stream.take(5.0):
                found[taken[0]] = taken[1]
                if len(found) % 20 == 10:
                    os.kill(pool.pids[0], signal.SIGKILL)
                    killed += 1
    assert killed
    assert [kind(found[row]) for row in range(60)] == ["image"] * 60


def test_no_more_rows_are_taken_than_there_is_room_for(pool: DecodePool) -> None:
    taken = 0

    def rows() -> Iterator[tuple[int, Fetched]]:
        nonlocal taken
        for row in range(50):
            taken += 1
            yield row, fetched(png(), row)

    with Stream(pool, rows(), 3) as stream:
        for out in range(1, 6):
            assert stream.take(10.0) is not None
            time.sleep(0.05)
            assert taken <= out + 3


def test_pictures_that_wait_have_only_so_much_room(
    pool: DecodePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOM", 1)
    with Stream(pool, numbered([png()] * 20), 20) as stream:
        deadline = time.monotonic() + 10
        while not stream._ready and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        assert 1 <= len(stream._ready) <= pool.workers
        assert len(drained(stream)) == 20


def test_what_the_rows_raise_is_raised(pool: DecodePool) -> None:
    def rows() -> Iterator[tuple[int, Fetched]]:
        yield 0, fetched(png())
        raise UsageError("the input is gone")

    with pytest.raises(UsageError, match="is gone"):
        drained(Stream(pool, rows(), 3))


def test_closing_ends_at_once_what_is_under_way(pool: DecodePool) -> None:
    never = threading.Event()

    def rows() -> Iterator[tuple[int, Fetched]]:
        yield from numbered([png(side=3000)] * 4)
        never.wait(60)

    stream = Stream(pool, rows(), 8)
    stream.take(5.0)
    start = time.monotonic()
    stream.close()
    assert time.monotonic() - start < 10
    never.set()
    assert [kind(one) for one in drained(Stream(pool, numbered([png()]), 2)).values()] == ["image"]


def test_processes_that_cannot_be_started_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "_CODE", "raise SystemExit(1)")
    with (
        DecodePool(1, Limits(), Sampling()) as broken,
        pytest.raises(CluejudgeError, match="end as soon as they are started"),
    ):
        drained(Stream(broken, numbered([png()]), 2))


def test_closed_pools_leave_no_process() -> None:
    with DecodePool(2, Limits(), Sampling()) as one:
        found = drained(Stream(one, numbered([png()] * 4), 4))
        assert all(isinstance(row.image, LoadedImage) for row in found.values())
        workers = list(one._all)
        assert one.pids
    assert not any(worker.alive for worker in workers)
    assert not one.pids


@pytest.mark.parametrize("wrong", [0, -1])
def test_nothing_can_be_done_by_nobody(pool: DecodePool, wrong: int) -> None:
    with pytest.raises(ValueError, match="decode"):
        DecodePool(wrong, Limits(), Sampling())
    with pytest.raises(ValueError, match="decoded"):
        Stream(pool, numbered([]), wrong)
