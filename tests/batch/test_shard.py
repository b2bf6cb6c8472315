"""Rows are the same however they were judged, and no image is judged twice."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch import attempt as attempt_module
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.entries import Data, Refusal
from cluejudge.batch.plan import Pace
from cluejudge.batch.shard import Told
from cluejudge.settings import Limits, Sampling
from cluejudge.verdict import Outcome
from tests.api.colours import NOISE, SAFE, UNSAFE, picture, png
from tests.batch.collection import Batch, Files, Notes
from tests.batch.decoding.rows import Bomb
from tests.batch.scorers import digest_of, seen, watched

BROKEN = UNSAFE[:60]
OTHERS = [png(picture("white", "yellow", side)) for side in range(10, 50)]
FAILED = Refusal("fetch_failed", "the server said 500")
FILES: list[Data | Refusal] = [UNSAFE, SAFE, NOISE, BROKEN, b"", *OTHERS[:4], FAILED]


class StopError(Exception):
    """Somebody stops the run."""


def whole(batch: Batch, pool: DecodePool) -> list[dict[str, Any]]:
    list(batch.run(pool))
    return batch.rows()


@given(
    files=st.lists(st.sampled_from(FILES), min_size=1, max_size=14),
    shards=st.integers(1, 5),
    pace=st.builds(Pace, in_flight=st.integers(1, 4), ahead=st.integers(1, 5)),
    stop=st.integers(0, 20),
)
@settings(max_examples=12)
def test_rows_depend_on_nothing_but_the_files(
    pool: DecodePool, files: list[Data | Refusal], shards: int, pace: Pace, stop: int
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        plain = whole(Batch(Path(one), files), pool)
        split = Batch(Path(other), files, shards, pace=pace)
        heard = count(1)

        def stopping(told: Told) -> None:
            if next(heard) == stop:
                raise StopError

        try:
            list(split.run(pool, told=stopping))
        except StopError:
            list(split.run(pool))
        assert split.rows() == plain
        assert not list(split.folder.journals.glob("*"))
    assert [row["id"] for row in plain] == [f"image {number}" for number in range(len(files))]
    assert [row["number"] for row in plain] == [10 * number for number in range(len(files))]


@pytest.mark.parametrize("workers", [1, 3])
def test_nor_on_how_many_decode(tmp_path: Path, pool: DecodePool, workers: int) -> None:
    two = whole(Batch(tmp_path / "two", FILES * 2), pool)
    with DecodePool(workers, Limits(), Sampling()) as other:
        assert whole(Batch(tmp_path / "other", FILES * 2, 3), other) == two


@pytest.mark.parametrize("recent", [1, 100])
def test_every_picture_is_judged_once(
    tmp_path: Path, pool: DecodePool, recent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_module, "_RECENT", recent)
    scorer, models = watched()
    files: Files = [UNSAFE, SAFE, *OTHERS[:6], UNSAFE, *OTHERS[:6], SAFE, UNSAFE] * 2
    batch = Batch(tmp_path, files, 4, models, Pace(in_flight=3, ahead=3))
    rows = whole(batch, pool)
    once = Batch(tmp_path / "once", [UNSAFE], models=models)
    first = Counter(scorer.seen)
    scorer.seen.clear()
    whole(once, pool)
    assert seen(scorer, UNSAFE) == first[digest_of(UNSAFE)]
    by_digest: dict[str, list[Any]] = {}
    for row in rows:
        by_digest.setdefault(row["sha256"], []).append({**row, "id": "", "number": 0})
    assert len(by_digest) == 8
    assert all(one == same[0] for same in by_digest.values() for one in same)


def test_what_is_in_a_journal_is_not_judged_again(tmp_path: Path, pool: DecodePool) -> None:
    scorer, models = watched()
    batch = Batch(tmp_path, OTHERS[:12], 2, models, Pace(in_flight=1, ahead=1))
    heard: list[Told] = []

    def stopping(told: Told) -> None:
        heard.append(told)
        if len(heard) == 4:
            raise StopError

    with pytest.raises(StopError):
        list(batch.run(pool, told=stopping))
    batch.source.fetched.clear()
    scorer.seen.clear()
    list(batch.run(pool))
    assert sorted(batch.source.fetched) == list(range(4, 12))
    assert len(scorer.seen) == 8
    assert [told.fresh for told in batch.told].count(False) == 4
    assert len(batch.told) == 12


def test_a_part_that_is_there_is_not_touched(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE, SAFE, BROKEN, b""], 2)
    first = list(batch.run(pool))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("part-*")}
    batch.told.clear()
    batch.source.fetched.clear()
    again = list(batch.run(pool, [0, 1]))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("part-*")} == before
    assert not batch.source.fetched
    assert {one.shard: one.tally for one in again} == {one.shard: one.tally for one in first}
    assert Counter(batch.told) == {
        Told(0, Outcome.UNSAFE, fresh=False): 1,
        Told(0, Outcome.SAFE, fresh=False): 1,
        Told(1, Outcome.ERROR, "truncated", fresh=False): 1,
        Told(1, Outcome.ERROR, "empty", fresh=False): 1,
    }


def test_what_is_told_and_counted(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE, SAFE, BROKEN, UNSAFE], 2, pace=Pace(in_flight=2))
    done = list(batch.run(pool))
    assert Counter(batch.told) == {
        Told(0, Outcome.UNSAFE): 1,
        Told(0, Outcome.SAFE): 1,
        Told(1, Outcome.ERROR, "truncated"): 1,
        Told(1, Outcome.UNSAFE): 1,
    }
    total = done[0].tally + done[1].tally
    assert total.outcomes == {Outcome.UNSAFE: 2, Outcome.SAFE: 1, Outcome.ERROR: 1}
    assert total.violated == {"red-on-blue": 2}
    assert total.errors == {"truncated": 1}
    for one in done:
        assert 0 <= one.models + one.waiting <= one.seconds
    assert sum(one.models for one in done) > 0


class TestFailures:
    @pytest.mark.parametrize(
        ("failures", "outcome"), [(0, "unsafe"), (2, "unsafe"), (3, "model_failed")]
    )
    def test_an_image_is_tried_again(
        self, tmp_path: Path, pool: DecodePool, failures: int, outcome: str
    ) -> None:
        scorer, models = watched()
        scorer.failures[digest_of(UNSAFE)] = failures
        batch = Batch(tmp_path, [UNSAFE, SAFE, UNSAFE], 2, models, Pace(retries=2))
        list(batch.run(pool))
        assert batch.outcomes == [outcome, "safe", outcome]

    def test_when_all_others_of_its_shard_are_in(self, tmp_path: Path, pool: DecodePool) -> None:
        scorer, models = watched()
        scorer.failures[digest_of(UNSAFE)] = 1
        files = [UNSAFE, *OTHERS[:8]]
        batch = Batch(tmp_path, files, models=models, pace=Pace(in_flight=1, ahead=1))
        list(batch.run(pool))
        assert batch.source.fetched == [*range(9), 0]
        assert batch.told[-1].outcome is Outcome.UNSAFE
        assert len(batch.told) == 9

    def test_without_retries_it_is_an_error_at_once(self, tmp_path: Path, pool: DecodePool) -> None:
        scorer, models = watched()
        scorer.failures[digest_of(UNSAFE)] = 1
        batch = Batch(tmp_path, [UNSAFE], models=models, pace=Pace(retries=0))
        list(batch.run(pool))
        assert batch.outcomes == ["model_failed"]
        assert "out of order" in batch.rows()[0]["error"]

    def test_shards_that_wait_for_each_other_end(self, tmp_path: Path, pool: DecodePool) -> None:
        one, other = OTHERS[:2]
        scorer, models = watched()
        scorer.failures |= {digest_of(one): 2, digest_of(other): 2}
        batch = Batch(tmp_path, [one, other, other, one], 2, models)
        list(batch.run(pool))
        assert batch.outcomes == ["safe"] * 4


def test_a_row_that_ends_decoders_is_an_error(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, [UNSAFE, Bomb(SAFE), SAFE])
    list(batch.run(pool))
    assert batch.outcomes == ["unsafe", "decoder_died", "safe"]


def test_an_attempt_that_another_has_overtaken_takes_its_part(
    tmp_path: Path, pool: DecodePool
) -> None:
    batch, overtaken = Batch(tmp_path, [UNSAFE, SAFE, BROKEN]), count(1)

    def told(_: Told) -> None:
        if next(overtaken) == 2:
            list(batch.run(pool, ledger=Notes()))
            assert not list(batch.folder.journals.glob("*"))

    (done,) = batch.run(pool, told=told)
    assert done.tally.total == 3
    assert batch.outcomes == ["unsafe", "safe", "truncated"]


def test_leaving_in_the_middle_ends_all(tmp_path: Path, pool: DecodePool) -> None:
    batch = Batch(tmp_path, OTHERS[:20], 10, pace=Pace(in_flight=2, ahead=2))
    ledger = Notes()
    with closing(batch.run(pool, ledger=ledger)) as done:  # type: ignore[type-var]
        next(done)
    assert len(ledger.released) == 1
    assert not any(row["outcome"] == "error" for row in batch.rows())
    list(batch.run(pool))
    assert len(batch.rows()) == 20


def test_pictures_are_told_apart_by_the_watched_scorer() -> None:
    assert len({digest_of(data) for data in [*OTHERS, UNSAFE]}) == len(OTHERS) + 1
