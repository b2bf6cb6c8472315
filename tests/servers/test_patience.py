from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.servers.patience import Clocks, Patience


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 5), max_size=8))
def test_what_is_taken_is_not_left(taken: list[float]) -> None:
    patience = Patience(10)
    for seconds in taken:
        patience.take(1, seconds)
    assert patience.left(1) == pytest.approx(max(0.0, 10 - sum(taken)))
    assert patience.left(2) == 10


def test_nobody_has_all_the_time() -> None:
    patience = Patience(10)
    patience.take(0, 7)
    assert patience.left(0) == 10


def test_a_clock_runs_from_its_first_look_and_over_batches() -> None:
    time, patience = Time(), Patience(10)
    first = Clocks(patience, time)
    assert first.of(1, 0).until == 110
    time.now = 103
    first.of(1, 5).tick()
    assert first.of(1, 7).until == 110  # one batch, one end
    time.now = 150  # the requests of others: they cost this account nothing
    assert Clocks(patience, time).of(1, 0).until == 157


def test_time_that_runs_for_two_requests_is_taken_once() -> None:
    time, patience = Time(), Patience(10)
    clocks = Clocks(patience, time)
    one, other = clocks.of(1, 0), clocks.of(1, 1)
    time.now = 104
    one.tick()
    other.tick()
    assert patience.left(1) == 6


def test_nobody_has_a_clock_for_each_place() -> None:
    time = Time()
    clocks = Clocks(Patience(10), time)
    assert clocks.of(0, 0).until == 110
    time.now = 105
    assert clocks.of(0, 1).until == 115
    assert clocks.of(0, 0).until == 110
