"""Many images: one after another, and at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluejudge import Judge, Verdict
from cluejudge.errors import UsageError
from cluejudge.models.protocols import Models
from cluejudge.verdict import Outcome
from tests.api.colours import BROKEN, COLOURS, NOISE, SAFE, UNSAFE, Counting, picture, png


class TestMany:
    def test_verdicts_come_in_order_and_are_those_of_one_by_one(self, judge: Judge) -> None:
        sources = [UNSAFE, BROKEN, SAFE, NOISE, UNSAFE, b""] * 3
        alone = [judge.judge(source) for source in sources]
        many = list(judge.judge_many(sources, in_flight=3))
        assert [one.model_copy(update={"image": ""}) for one in many] == [
            one.model_copy(update={"image": ""}) for one in alone
        ]
        assert [one.image for one in many][:2] == ["input 1", "input 2"]

    def test_paths_keep_their_names(self, judge: Judge, tmp_path: Path) -> None:
        for name in ("a.png", "b.png"):
            (tmp_path / name).write_bytes(SAFE)
        paths = sorted(tmp_path.iterdir())
        assert [one.image for one in judge.judge_many(paths)] == [str(path) for path in paths]

    def test_progress_is_told(self, judge: Judge) -> None:
        told: list[tuple[int, int | None]] = []
        for done, _ in enumerate(
            judge.judge_many([SAFE, BROKEN], progress=lambda *at: told.append(at)), 1
        ):
            assert told[-1] == (done, 2)
        list(judge.judge_many(iter([SAFE]), progress=lambda *at: told.append(at)))
        assert told == [(1, 2), (2, 2), (1, None)]

    def test_sources_are_taken_as_they_are_needed(self, judge: Judge) -> None:
        taken = 0

        def sources() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield SAFE

        verdicts = judge.judge_many(sources(), in_flight=2)
        next(verdicts)
        assert taken == 2

    @pytest.mark.parametrize("one", ["photo.png", Path("photo.png"), b"photo"])
    def test_one_source_is_not_many(self, judge: Judge, one: str | Path | bytes) -> None:
        with pytest.raises(UsageError, match="use judge for one"):
            judge.judge_many(one)  # type: ignore[arg-type]

    def test_nothing_in_flight_is_refused_at_once(self, judge: Judge) -> None:
        with pytest.raises(UsageError, match="in_flight is 0"):
            judge.judge_many([SAFE], in_flight=0)

    def test_questions_of_many_images_are_merged(self) -> None:
        scorer = Counting()
        judge = Judge(COLOURS, model=Models("m", scorer))
        images = [png(picture("white", "yellow", side)) for side in range(10, 20)]
        list(judge.judge_many(images, in_flight=5))
        assert scorer.calls == 2


class TestAsync:
    def test_it_finds_the_same(self, judge: Judge) -> None:
        for source in (UNSAFE, SAFE, NOISE, BROKEN):
            assert asyncio.run(judge.ajudge(source)) == judge.judge(source)

    def test_models_do_not_work_in_the_event_loop(self) -> None:
        scorer = Counting()
        asyncio.run(Judge(COLOURS, model=Models("m", scorer)).ajudge(SAFE, name="x"))
        assert threading.current_thread().name not in scorer.threads

    def test_images_at_the_same_time_share_calls(self) -> None:
        scorer = Counting()
        judge = Judge(COLOURS, model=Models("m", scorer))
        images = [png(picture("white", "yellow", side)) for side in range(10, 20)]

        async def run() -> list[Verdict]:
            return await asyncio.gather(*map(judge.ajudge, images))

        verdicts = asyncio.run(run())
        assert {one.outcome for one in verdicts} == {Outcome.SAFE}
        assert scorer.calls < len(images)
