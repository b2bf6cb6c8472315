"""What is judged once, and what is answered from the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cluejudge.api import Judge
from cluejudge.asks import Failed, Score, YesNo
from cluejudge.models.protocols import Models
from cluejudge.service.courts import Court
from cluejudge.settings import Budget
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, SAFE, UNSAFE
from tests.service.desks import Room, fake, play, until
from tests.service.making import Gate


def test_of_equal_images_in_a_request_the_first_stands_for_all(tmp_path: Path) -> None:
    async def scene(room: Room) -> None:
        told = await room.judge(UNSAFE, SAFE, UNSAFE, UNSAFE)
        first = told[0].id
        assert [one.reused_from for one in told] == ["", "", first, first]
        assert room.recorded() == tuple(told)

    play(tmp_path, fake(), scene)


def test_a_known_image_is_answered_from_the_record_under_its_own_name(tmp_path: Path) -> None:
    async def scene(room: Room) -> None:
        (first,) = await room.judge(UNSAFE)
        (other,) = await room.judge(SAFE)
        _, again = await room.judge(SAFE, UNSAFE)
        (third,) = await room.judge(UNSAFE)
        assert (first.reused_from, other.reused_from) == ("", "")
        assert again.reused_from == third.reused_from == first.id
        assert again.verdict.image == "image 1"
        assert again.verdict.model_copy(update={"image": "image 0"}) == first.verdict
        assert b"cluejudge_decisions_reused_total 3.0" in room.counters.text()

    play(tmp_path, fake(), scene)


def test_another_constitution_or_another_setting_is_judged_anew(tmp_path: Path) -> None:
    async def scene(room: Room) -> None:
        await room.judge(UNSAFE)
        changed = COLOURS.model_copy(update={"version": "4"})
        for judge in (fake().sibling(changed), fake().sibling(budget=Budget(asks=500))):
            court = Court("colours", 2, judge, judge.fingerprint)
            assert (await room.judge(UNSAFE, court=court))[0].reused_from == ""

    play(tmp_path, fake(), scene)


def test_equal_images_under_way_are_judged_once(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        tasks = [asyncio.create_task(room.judge(SAFE)) for _ in range(5)]
        await until(gate.asked.is_set)
        gate.let.set()
        told = [one for (one,) in await asyncio.gather(*tasks)]
        assert len({one.id for one in told}) == 5
        assert len(set(gate.pictures)) == len(gate.pictures) == 1
        first, *others = room.recorded()
        assert [one.reused_from for one in (first, *others)] == ["", *[first.id] * 4]

    play(tmp_path, gate.judge(), scene)


class Failing:
    """A scorer that fails until it is told not to."""

    def __init__(self) -> None:
        self.broken = True

    def score(self, asks: Sequence[Score]) -> list[YesNo | Failed]:
        if self.broken:
            return [Failed("out of order") for _ in asks]
        return [YesNo(-4.0, -0.02) if ask.image else YesNo(-0.7, -0.7) for ask in asks]


def test_what_failed_is_not_answered_from_the_record(tmp_path: Path) -> None:
    scorer = Failing()

    async def scene(room: Room) -> None:
        (failed,) = await room.judge(SAFE)
        assert failed.verdict.outcome is Outcome.ERROR
        scorer.broken = False
        (judged,) = await room.judge(SAFE)
        assert judged.reused_from == ""
        assert judged.verdict.outcome is not Outcome.ERROR

    play(tmp_path, Judge(COLOURS, model=Models(name="failing", scorer=scorer)), scene)
