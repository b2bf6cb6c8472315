"""Three drivers of the same flows: one, many with their questions merged, and async.

A flow does not know which of them runs it, so none of them can change a verdict.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from cluejudge.judge.answer import Answer
from cluejudge.judge.case import Flow
from cluejudge.judge.gather import AsyncAnswer
from cluejudge.judge.merge import Running, merged

T = TypeVar("T")

_AHEAD = 4  # times `in_flight`: how many flows may be started before the first of them is yielded


def drive_one(flow: Flow[T], answer: Answer) -> T:
    """Runs one flow to its result."""
    running = Running.start(flow)
    try:
        while not running.result:
            running.deal(dict(zip(running.asks, answer(running.asks), strict=True)))
    finally:
        flow.close()
    return running.result[0]


def drive_many(
    flows: Iterable[Flow[T] | None], answer: Answer, *, in_flight: int = 16, ordered: bool = True
) -> Iterator[T]:
    """Runs up to `in_flight` flows at a time, so that each call of a model serves all of them.

    Flows are taken from `flows` only when there is room. A None among them says that the next is
    not ready: the models go on with what is under way, and `flows` are asked again after that, or
    at once where nothing is. Results come in the order of `flows`, or with `ordered=False` as they
    are ready.
    """
    if in_flight < 1:
        raise ValueError(f"in_flight is {in_flight}; it must be at least 1")
    source = iter(flows)
    window: deque[Running[T]] = deque()
    more = True
    try:
        while more or window:
            yield from _taken(window, ordered)
            more = more and _filled(window, source, in_flight)
            if asks := merged(window):
                replies = dict(zip(asks, answer(asks), strict=True))
                for one in window:
                    one.deal(replies)
    finally:
        for one in window:
            one.flow.close()


async def drive_async(flow: Flow[T], answer: AsyncAnswer) -> T:
    """Runs one flow to its result; its own work is done in threads, the event loop stays free."""
    running = await asyncio.to_thread(Running.start, flow)
    while not running.result:
        answers = await answer(running.asks)
        await asyncio.to_thread(running.deal, dict(zip(running.asks, answers, strict=True)))
    return running.result[0]


def _filled(window: deque[Running[T]], source: Iterator[Flow[T] | None], in_flight: int) -> bool:
    """Starts flows while there is room for more, under way and waiting; False at the end."""
    under_way = sum(not one.result for one in window)
    while under_way < in_flight and len(window) < _AHEAD * in_flight:
        try:
            flow = next(source)
        except StopIteration:
            return False
        if flow is None:
            break
        window.append(Running.start(flow))
        under_way += not window[-1].result
    return True


def _taken(window: deque[Running[T]], ordered: bool) -> Iterator[T]:
    """Takes the results that may be yielded now out of the window."""
    if ordered:
        while window and window[0].result:
            yield window.popleft().result[0]
        return
    for _ in range(len(window)):
        one = window.popleft()
        if one.result:
            yield one.result[0]
        else:
            window.append(one)
