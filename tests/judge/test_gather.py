"""Questions of flows that run at the same time are put together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from cluejudge.asks import Ask, Reply, Score, YesNo
from cluejudge.judge import Gatherer, drive_async
from tests.judge.running import counting, yes


def test_what_comes_in_during_a_call_makes_up_the_next() -> None:
    sizes: list[int] = []

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        sizes.append(len(asks))
        return yes(asks)

    async def run() -> list[int]:
        gather = Gatherer(answer)
        return await asyncio.gather(*(drive_async(counting(1, n), gather) for n in range(10)))

    assert asyncio.run(run()) == list(range(10))
    assert sum(sizes) == 10
    assert len(sizes) < 10


@pytest.mark.parametrize(("linger", "calls"), [(0.0, 2), (0.2, 1)])
def test_an_idle_one_lingers_for_others_that_come(linger: float, calls: int) -> None:
    sizes: list[int] = []

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        sizes.append(len(asks))
        return yes(asks)

    async def run() -> None:
        gather = Gatherer(answer, linger)
        first = asyncio.create_task(gather([Score(None, "a")]))
        await asyncio.sleep(0.02)
        await asyncio.gather(first, gather([Score(None, "b")]))

    asyncio.run(run())
    assert (len(sizes), sum(sizes)) == (calls, 2)


@pytest.mark.parametrize("flows", [1, 3])
def test_it_lingers_until_all_flows_under_way_have_asked(flows: int) -> None:
    sizes: list[int] = []

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        sizes.append(len(asks))
        return yes(asks)

    async def asking(gather: Gatherer, number: int) -> None:
        with gather.flow():
            await asyncio.sleep(0.02 * number)
            await gather([Score(None, str(number))])

    async def run() -> None:
        gather = Gatherer(answer, 30.0)
        flows_under_way = (asking(gather, number) for number in range(flows))
        await asyncio.wait_for(asyncio.gather(*flows_under_way), 10)

    asyncio.run(run())
    assert sizes == [flows]


def test_one_who_ends_is_waited_for_no_longer() -> None:
    async def run() -> None:
        gather = Gatherer(yes, 30.0)

        async def quitter() -> None:
            with gather.flow():
                await asyncio.sleep(0.02)

        async def asking() -> None:
            with gather.flow():
                await gather([Score(None, "a")])

        await asyncio.wait_for(asyncio.gather(asking(), quitter()), 10)

    asyncio.run(run())


def test_after_a_call_nobody_lingers() -> None:
    begun, go = threading.Event(), threading.Event()

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        begun.set()
        assert go.wait(20)
        return yes(asks)

    async def run() -> None:
        gather = Gatherer(answer)  # its first call begins at once, and takes its time
        first = asyncio.create_task(gather([Score(None, "a")]))
        await asyncio.to_thread(begun.wait, 20)
        gather._desk()._linger = 30.0
        second = asyncio.create_task(gather([Score(None, "b")]))
        await asyncio.sleep(0)
        go.set()
        await asyncio.wait_for(asyncio.gather(first, second), 10)

    asyncio.run(run())


def test_an_error_reaches_all_who_wait_and_nobody_after() -> None:
    calls = 0

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError
        return yes(asks)

    async def run() -> list[object]:
        gather = Gatherer(answer)
        asks = [[Score(None, "a")], [Score(None, "b")]]
        first = await asyncio.gather(*map(gather, asks), return_exceptions=True)
        return [*first, await gather(asks[0])]

    first, second, third = asyncio.run(run())
    assert isinstance(first, ZeroDivisionError)
    assert isinstance(second, ZeroDivisionError)
    assert isinstance(third, list)
    assert isinstance(third[0], YesNo)


def test_one_who_gives_up_does_not_take_the_others_along() -> None:
    async def run() -> list[Reply]:
        gather = Gatherer(yes)
        quitter = asyncio.create_task(gather([Score(None, "a")]))
        other = asyncio.create_task(gather([Score(None, "b")]))
        await asyncio.sleep(0)
        quitter.cancel()
        return await other

    assert len(asyncio.run(run())) == 1


def test_it_serves_one_event_loop_after_another() -> None:
    gather = Gatherer(yes)
    for _ in range(3):
        assert len(asyncio.run(gather([Score(None, "a")]))) == 1
