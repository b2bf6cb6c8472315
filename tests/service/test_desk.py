"""The desk: what it refuses, what it judges once, and what becomes of it when something fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cluejudge.errors import ImageError, StoreError
from cluejudge.service.problems import Problem
from cluejudge.service.submissions import Submission
from cluejudge.store.records import Decision, DecisionDraft, Source
from cluejudge.verdict import Outcome
from tests.api.colours import BROKEN, SAFE, UNSAFE, picture, png
from tests.service.desks import ASKED, Room, fake, play, until
from tests.service.making import Gate, opened


def test_what_is_told_is_in_the_record(tmp_path: Path) -> None:
    async def scene(room: Room) -> None:
        told = await room.judge(UNSAFE, SAFE, BROKEN)
        assert [one.verdict.outcome for one in told] == [
            Outcome.UNSAFE,
            Outcome.SAFE,
            Outcome.ERROR,
        ]
        assert room.recorded() == tuple(told)
        assert [one.verdict.image for one in told] == ["image 0", "image 1", "image 2"]
        assert {one.key for one in told} == {"shop"}
        assert len({one.sha256 for one in told}) == 3

    play(tmp_path, fake(), scene)


def test_beyond_the_queue_it_refuses_and_says_when_to_come_again(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        images = [png(picture("white", "yellow", side)) for side in range(1, 5)]
        tasks = [asyncio.create_task(room.judge(image)) for image in images[:3]]
        await until(gate.asked.is_set)
        with pytest.raises(Problem) as refused:
            await room.judge(images[3])
        assert refused.value.status_code == 429
        assert int(dict(refused.value.headers or {})["Retry-After"]) >= 1
        assert b'cluejudge_refused_total{reason="full"} 1.0' in room.counters.text()
        gate.let.set()
        await asyncio.gather(*tasks)
        assert len(await room.judge(images[3])) == 1

    play(tmp_path, gate.judge(), scene, in_flight=1, queue=2)


def test_no_more_than_in_flight_are_judged_at_a_time(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        images = [png(picture("white", "yellow", side)) for side in range(1, 7)]
        tasks = [asyncio.create_task(room.judge(image)) for image in images]
        await until(gate.asked.is_set)
        await asyncio.sleep(0.1)
        assert b"cluejudge_images_under_way 2.0" in room.counters.text()
        assert b"cluejudge_images_waiting 4.0" in room.counters.text()
        gate.let.set()
        await asyncio.gather(*tasks)
        assert b"cluejudge_images_under_way 0.0" in room.counters.text()

    play(tmp_path, gate.judge(), scene, in_flight=2)


def test_past_the_deadline_nothing_was_decided(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        with pytest.raises(Problem) as late:
            await room.judge(SAFE)
        assert late.value.status_code == 504
        assert room.recorded() == ()
        gate.let.set()
        await until(lambda: b"cluejudge_images_under_way 0.0" in room.counters.text())
        assert room.recorded() == ()

    play(tmp_path, gate.judge(), scene, deadline_s=0.2)


def test_what_waits_for_nobody_any_more_is_not_begun(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        images = [png(picture("white", "yellow", side)) for side in range(1, 5)]
        late = await asyncio.gather(*map(room.judge, images), return_exceptions=True)
        assert all(isinstance(one, Problem) and one.status_code == 504 for one in late)
        gate.let.set()
        await until(lambda: b"cluejudge_images_under_way 0.0" in room.counters.text())
        await asyncio.sleep(0.05)
        assert len(gate.pictures) == 1

    play(tmp_path, gate.judge(), scene, in_flight=1, deadline_s=0.3)


def test_when_the_record_fails_nobody_hears_of_a_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(room: Room) -> None:
        decisions, record = room.store.decisions, room.store.decisions.record

        def broken(drafts: Sequence[DecisionDraft], **_: Any) -> list[Decision]:
            raise StoreError("the disk is full", retryable=True)

        monkeypatch.setattr(decisions, "record", broken)
        failed = await asyncio.gather(room.judge(SAFE), room.judge(UNSAFE), return_exceptions=True)
        assert all(isinstance(one, StoreError) for one in failed)
        assert b"cluejudge_decisions_total{" not in room.counters.text()
        monkeypatch.setattr(decisions, "record", record)
        assert len(await room.judge(SAFE)) == len(room.recorded()) == 1

    play(tmp_path, fake(), scene)


def test_a_closing_desk_finishes_what_it_took_on_and_takes_nothing_more(tmp_path: Path) -> None:
    gate = Gate()

    async def scene(room: Room) -> None:
        court = await room.courts.court()
        images = [png(picture("white", "yellow", side)) for side in range(1, 4)]
        tasks = [asyncio.create_task(room.judge(image, court=court)) for image in images]
        await until(gate.asked.is_set)
        closing = asyncio.create_task(room.desk.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        with pytest.raises(Problem) as refused:
            await room.judge(SAFE, court=court)
        assert refused.value.status_code == 503
        gate.let.set()
        told = [one for (one,) in await asyncio.gather(*tasks)]
        await closing
        assert {one.id for one in room.recorded()} == {one.id for one in told}

    play(tmp_path, gate.judge(), scene, in_flight=1)


def test_an_image_that_cannot_be_fetched_is_an_error_on_record(tmp_path: Path) -> None:
    async def nothing() -> bytes:
        raise ImageError("not_fetched", "the server does not answer")

    async def something() -> bytes:
        return UNSAFE

    async def scene(room: Room) -> None:
        submissions = [
            Submission("lost", Source.URL, nothing),
            Submission("found", Source.URL, something),
        ]
        lost, found = await room.desk.judge(await room.courts.court(), submissions, ASKED)
        assert (lost.verdict.outcome, lost.verdict.code) == (Outcome.ERROR, "not_fetched")
        assert (lost.verdict.image, lost.sha256, lost.source) == ("lost", "", Source.URL)
        assert found.verdict.outcome is Outcome.UNSAFE
        assert len(room.recorded()) == 2

    play(tmp_path, fake(), scene)


def test_images_are_kept_where_they_are_to_be(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    place.mkdir()

    async def whole() -> None:
        room = Room(opened(tmp_path, images=str(place)), fake(), keep_images=str(place))
        unsafe, broken = await room.judge(UNSAFE, BROKEN)
        assert room.store.images.read(unsafe.sha256) == UNSAFE
        assert room.store.images.read(broken.sha256) is None
        room.record.close()

    asyncio.run(whole())


def test_by_default_no_image_is_kept(tmp_path: Path) -> None:
    async def scene(room: Room) -> None:
        (told,) = await room.judge(UNSAFE)
        assert room.store.images.read(told.sha256) is None
        assert UNSAFE not in b"".join(one.read_bytes() for one in tmp_path.iterdir())

    play(tmp_path, fake(), scene)
