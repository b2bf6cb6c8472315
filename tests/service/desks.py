"""Desks over a record, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from cluejudge.api import Judge
from cluejudge.service.counters import Counters
from cluejudge.service.courts import Court, Courts
from cluejudge.service.desk import Desk
from cluejudge.service.drafting import Asked
from cluejudge.service.record import Record
from cluejudge.service.settings import ServiceSettings
from cluejudge.service.submissions import Submission
from cluejudge.store.records import Decision, DecisionFilter, Source
from cluejudge.store.store import Store
from tests.api.colours import COLOURS
from tests.service.making import opened

ASKED = Asked("shop")


class Room:
    """A desk over a record, and a court to ask it for."""

    def __init__(self, store: Store, judge: Judge, **settings: Any) -> None:
        told = ServiceSettings(constitution="colours", **{"max_images": 1, **settings})
        self.store, self.record, self.counters = store, Record(store), Counters()
        self.desk = Desk(told, self.record, self.counters)
        self.courts = Courts(judge, self.record, "colours")

    async def judge(self, *images: bytes, court: Court | None = None) -> list[Decision]:
        told = [Submission(f"image {n}", Source.UPLOAD, data) for n, data in enumerate(images)]
        return await self.desk.judge(court or await self.courts.court(), told, ASKED)

    def recorded(self) -> tuple[Decision, ...]:
        return self.store.decisions.find(DecisionFilter()).items[::-1]


Scene = Callable[[Room], Awaitable[None]]


def play(folder: Path, judge: Judge, scene: Scene, **settings: Any) -> None:
    """Run a scene in a room, and end the room."""

    async def whole() -> None:
        room = Room(opened(folder), judge, **settings)
        try:
            await scene(room)
            await asyncio.wait_for(room.desk.close(), 20)
        finally:
            room.record.close()

    asyncio.run(whole())


def fake(**options: Any) -> Judge:
    return Judge(COLOURS, model="fake", **options)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)
