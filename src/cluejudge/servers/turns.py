"""Whose turn it is: a picture's first request before its others, and begun pictures before new."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cluejudge.asks import Account
from cluejudge.servers.patience import Clocks, Patience

T = TypeVar("T")

Task = Callable[[float], Awaitable[T]]
"""One request; it is given the loop's time by which it must have ended, and does not raise."""

_OVER = (1 << 62, 0)


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Requests that belong together; `first_alone`: the others wait for the first one's end.

    Groups of one `account` share its time; each group of nobody has a time of its own.
    """

    tasks: tuple[Task[T], ...]
    first_alone: bool = True
    account: Account = 0


async def in_turns(
    groups: Sequence[Group[T]], *, workers: int, patience: Patience
) -> list[list[T]]:
    """What all tasks come to, in their order, with up to `workers` of them under way.

    The time of an account runs from the begin of its first task to the end of its last, so that no
    picture's time runs out while it waits for others. What is left of a group that has begun goes
    before groups that have not: its picture is still in the server's cache.
    """
    results: list[dict[int, T]] = [{} for _ in groups]
    turns: asyncio.PriorityQueue[tuple[int, int]] = asyncio.PriorityQueue()
    left = sum(len(group.tasks) for group in groups)
    clocks = Clocks(patience, asyncio.get_running_loop().time)
    for place, group in enumerate(groups):
        for number in range(1 if group.first_alone else len(group.tasks)):
            if number < len(group.tasks):
                turns.put_nowait((place, number))

    async def work() -> None:
        nonlocal left
        while (turn := await turns.get()) != _OVER:
            place, number = turn
            group = groups[place]
            clock = clocks.of(group.account, place)
            results[place][number] = await group.tasks[number](clock.until)
            clock.tick()
            left -= 1
            if group.first_alone and number == 0:
                for other in range(1, len(group.tasks)):
                    turns.put_nowait((place, other))
            if not left:
                for _ in range(workers):
                    turns.put_nowait(_OVER)

    if left:
        async with asyncio.TaskGroup() as running:
            for _ in range(workers):
                running.create_task(work())
    return [[found[number] for number in range(len(found))] for found in results]
