from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.service.pace import Pace
from cluejudge.service.rates import Rates


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@given(
    per_minute=st.integers(1, 200),
    pauses=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60),
)
def test_no_more_pass_than_a_full_bucket_and_what_ran_into_it(
    per_minute: int, pauses: list[float]
) -> None:
    clock = Clock()
    rates, passed = Rates(clock), 0
    for pause in pauses:
        clock.time += pause
        passed += rates.take("key", per_minute) == 0
    assert passed <= per_minute + per_minute * sum(pauses) / 60 + 1e-6


@given(per_minute=st.integers(1, 200))
def test_who_waits_as_long_as_told_may_pass(per_minute: int) -> None:
    clock = Clock()
    rates = Rates(clock)
    assert all(rates.take("key", per_minute) == 0 for _ in range(per_minute))
    wait = rates.take("key", per_minute)
    assert 0 < wait <= 60 / per_minute + 1e-9
    clock.time += wait + 1e-6
    assert rates.take("key", per_minute) == 0


def test_each_has_a_bucket_of_their_own() -> None:
    rates = Rates(Clock())
    assert [rates.take(name, 1) == 0 for name in ("one", "other", "one")] == [True, True, False]


def test_the_pace_of_late_tells_how_long_more_takes() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.seconds(1000) == 1.0
    for _ in range(10):
        pace.done(2)
        clock.time += 1
    assert pace.seconds(20) == pytest.approx(20 * 10 / 18)
    assert (pace.seconds(0), pace.seconds(10**6)) == (1.0, 60.0)
