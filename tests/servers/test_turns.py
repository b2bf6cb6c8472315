from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.servers.patience import Patience
from cluejudge.servers.turns import Group, in_turns

SHAPES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=8)


class Watch:
    """Notes when each task begins and ends, and how many are under way."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, int]] = []
        self.most = self.now = 0
        self.ends: dict[int, set[float]] = {}

    async def task(self, group: int, number: int, until: float) -> tuple[int, int]:
        self.now += 1
        self.most = max(self.most, self.now)
        self.events.append(("begun", group, number))
        self.ends.setdefault(group, set()).add(until)
        for _ in range((group + number) % 3 + 1):
            await asyncio.sleep(0)
        self.events.append(("ended", group, number))
        self.now -= 1
        return group, number


def run(
    shapes: list[tuple[int, bool]], workers: int, accounts: Sequence[int] = (0,) * 8
) -> tuple[Watch, list[list[tuple[int, int]]]]:
    watch = Watch()
    groups = [
        Group(
            tuple(partial(watch.task, place, number) for number in range(size)),
            first_alone=alone,
            account=accounts[place],
        )
        for place, (size, alone) in enumerate(shapes)
    ]
    return watch, asyncio.run(in_turns(groups, workers=workers, patience=Patience(60)))


@given(SHAPES, st.integers(1, 5))
def test_every_task_runs_once_in_its_place(shapes: list[tuple[int, bool]], workers: int) -> None:
    watch, results = run(shapes, workers)
    assert results == [
        [(place, number) for number in range(size)] for place, (size, _) in enumerate(shapes)
    ]
    assert len(watch.events) == 2 * sum(size for size, _ in shapes)
    assert watch.most <= workers
    assert all(len(ends) == 1 for ends in watch.ends.values())


@given(SHAPES, st.integers(1, 5))
def test_the_others_wait_for_the_first(shapes: list[tuple[int, bool]], workers: int) -> None:
    events = run(shapes, workers)[0].events
    for place, (size, alone) in enumerate(shapes):
        if alone:
            first = events.index(("ended", place, 0)) if size else 0
            assert all(events.index(("begun", place, other)) > first for other in range(1, size))


def test_what_has_begun_goes_before_what_has_not() -> None:
    events = run([(3, True), (3, True), (3, True)], workers=1)[0].events
    begun = [(group, number) for what, group, number in events if what == "begun"]
    assert begun == sorted(begun)


def test_while_one_picture_waits_others_go_on() -> None:
    watch, _ = run([(4, True), (4, True)], workers=4)
    assert {watch.events[0][1], watch.events[1][1]} == {0, 1}
    assert watch.most == 4


def test_time_begins_with_the_first_task() -> None:
    watch, _ = run([(1, True)] * 6, workers=1)
    ends = [end for one in watch.ends.values() for end in one]
    assert ends == sorted(ends)
    assert len(set(ends)) > 1


def test_groups_of_one_account_have_one_end() -> None:
    watch, _ = run([(2, True)] * 4, workers=1, accounts=[1, 1, 2, 0])
    ends = [one for (one,) in (watch.ends[place] for place in range(4))]
    assert ends[0] == ends[1] < ends[2] < ends[3]
