"""Answers for many async flows at once: what arrives while models work is one batch afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias

from cluejudge.asks import Ask, Reply
from cluejudge.judge.answer import Answer

AsyncAnswer: TypeAlias = Callable[[Sequence[Ask]], Awaitable[list[Reply]]]
"""Replies to asks, in their order, in time."""


class Gatherer:
    """Answers asks by `answer`, in a thread, one call at a time for each event loop.

    The asks that come in during one call make up the next. The first after a pause waits up to
    `linger` seconds for others that may be about to come: for the flows that have said that they
    are under way (`flow`), or where none has, all that time. Beyond that nothing waits for a batch
    to fill.
    """

    def __init__(self, answer: Answer, linger: float = 0.0) -> None:
        self._answer, self._linger = answer, linger
        self._desks: dict[asyncio.AbstractEventLoop, _Desk] = {}

    async def __call__(self, asks: Sequence[Ask]) -> list[Reply]:
        """A reply for each ask, in their order."""
        replies = await self._desk().batch(asks)
        return [replies[ask] for ask in asks]

    @contextmanager
    def flow(self) -> Iterator[None]:
        """Says that a flow is under way, which will ask until the block is left."""
        desk = self._desk()
        desk.count(1)
        try:
            yield
        finally:
            desk.count(-1)

    def _desk(self) -> _Desk:
        loop = asyncio.get_running_loop()
        if loop not in self._desks:
            alive = {one: desk for one, desk in self._desks.items() if not one.is_closed()}
            self._desks = {**alive, loop: _Desk(self._answer, self._linger)}
        return self._desks[loop]


class _Desk:
    """The asks of one event loop: those being answered, and those that wait for the next call."""

    def __init__(self, answer: Answer, linger: float) -> None:
        self._answer, self._linger = answer, linger
        self._busy = asyncio.Lock()
        self._asks: dict[Ask, None] = {}
        self._next: asyncio.Task[dict[Ask, Reply]] | None = None
        self._flows = self._waiting = 0
        self._all_wait = asyncio.Event()

    def count(self, more: int) -> None:
        """So many more flows are under way, or fewer."""
        self._flows += more
        if 0 < self._flows <= self._waiting:
            self._all_wait.set()
        else:
            self._all_wait.clear()

    async def batch(self, asks: Sequence[Ask]) -> dict[Ask, Reply]:
        """The replies of the call that answers `asks`, among others."""
        self._asks.update(dict.fromkeys(asks))
        self._waiting += 1
        self.count(0)
        if self._next is None:
            self._next = asyncio.create_task(self._call())
        return await asyncio.shield(self._next)  # one who gives up must not take the others along

    async def _call(self) -> dict[Ask, Reply]:
        pause = not self._busy.locked()
        async with self._busy:
            if pause and self._linger:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._all_wait.wait(), self._linger)
            asks, self._asks, self._next = list(self._asks), {}, None
            self._waiting = 0
            self._all_wait.clear()
            return dict(zip(asks, await asyncio.to_thread(self._answer, asks), strict=True))
