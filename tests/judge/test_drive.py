"""The drivers differ in speed only."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.asks import Ask, Reply, Score
from cluejudge.compiled import CompiledRule
from cluejudge.judge import Answerer, Gatherer, drive_async, drive_many, drive_one
from cluejudge.judge.merge import lockstep
from cluejudge.settings import Method
from cluejudge.verdict import ViewVerdict
from tests.judge.rules import atom, methods, rule, rules
from tests.judge.running import counting, flow, fresh, yes
from tests.judge.test_flow import worlds
from tests.judge.world import World, picture

PICTURES = [picture(seed) for seed in range(4)]


@given(
    world=worlds(unknown=0.2),
    rules=rules(3),
    method=methods(),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=6),
    sizes=st.tuples(st.integers(1, 5), st.none() | st.integers(1, 7)),
)
@settings(max_examples=60)
def test_all_drivers_find_the_same(
    world: World,
    rules: tuple[CompiledRule, ...],
    method: Method,
    seeds: list[int],
    sizes: tuple[int, int | None],
) -> None:
    in_flight, max_batch = sizes

    def flows() -> Iterator[Generator[list[Ask], list[Reply], ViewVerdict]]:
        return (flow(world, PICTURES[seed], rules, method=method) for seed in seeds)

    answer = Answerer(fresh(world).models(), max_batch=max_batch)
    alone = [drive_one(one, answer) for one in flows()]
    assert list(drive_many(flows(), answer, in_flight=in_flight)) == alone
    assert _sorted(drive_many(flows(), answer, in_flight=in_flight, ordered=False)) == _sorted(
        alone
    )
    assert drive_one(lockstep(flows()), answer) == alone
    assert asyncio.run(_gathered(list(flows()), answer)) == alone


def _sorted(verdicts: Iterable[ViewVerdict]) -> list[str]:
    return sorted(verdict.model_dump_json() for verdict in verdicts)


async def _gathered(
    flows: Sequence[Generator[list[Ask], list[Reply], ViewVerdict]], answer: Answerer
) -> list[ViewVerdict]:
    gather = Gatherer(answer)
    return await asyncio.gather(*(drive_async(one, gather) for one in flows))


def test_merged_questions_need_fewer_calls() -> None:
    chain = rule("r", atom("a cat", "cat"), (atom("a dog", "dog"), atom("fire", "flame")))
    alone, merged = World(seed=3), World(seed=3)
    for one in PICTURES:
        drive_one(flow(alone, one, [chain]), Answerer(alone.models()))
    flows = (flow(merged, one, [chain]) for one in PICTURES)
    list(drive_many(flows, Answerer(merged.models()), in_flight=4))
    assert sum(merged.calls.values()) * 2 < sum(alone.calls.values())
    assert merged.asked["score"] < alone.asked["score"]  # priors are shared


def test_a_picture_given_twice_is_asked_about_once() -> None:
    once, twice = World(seed=3), World(seed=3)
    chain = rule("r", atom("a cat", "cat"))
    drive_one(flow(once, PICTURES[0], [chain]), Answerer(once.models()))
    flows = (flow(twice, PICTURES[0], [chain]) for _ in range(2))
    first, second = drive_many(flows, Answerer(twice.models()))
    assert first == second
    assert twice.asked == once.asked


def test_results_keep_their_order_or_come_as_they_are_ready() -> None:
    rounds = [5, 0, 2, 1]
    flows = [counting(count, index) for index, count in enumerate(rounds)]
    assert list(drive_many(flows, yes)) == [0, 1, 2, 3]
    flows = [counting(count, index) for index, count in enumerate(rounds)]
    assert list(drive_many(flows, yes, ordered=False)) == [1, 3, 2, 0]


@pytest.mark.parametrize("ordered", [True, False])
def test_flows_are_taken_only_when_there_is_room(ordered: bool) -> None:
    started = 0

    def flows() -> Iterator[Generator[list[Ask], list[Reply], int]]:
        nonlocal started
        for index in range(100):
            started += 1
            yield counting(3, index)

    results = drive_many(flows(), yes, in_flight=2, ordered=ordered)
    for taken in range(1, 6):
        next(results)
        assert started <= taken + 2


@given(
    rounds=st.lists(st.none() | st.integers(0, 4), max_size=20),
    in_flight=st.integers(1, 4),
    ordered=st.booleans(),
)
def test_flows_that_are_not_ready_change_no_result(
    rounds: list[int | None], in_flight: int, ordered: bool
) -> None:
    flows = (
        None if count is None else counting(count, place) for place, count in enumerate(rounds)
    )
    found = list(drive_many(flows, yes, in_flight=in_flight, ordered=ordered))
    expected = [place for place, count in enumerate(rounds) if count is not None]
    assert found == expected if ordered else sorted(found) == expected


def test_models_go_on_while_the_next_flow_is_not_ready() -> None:
    answered = 0

    def answer(asks: Sequence[Ask]) -> list[Reply]:
        nonlocal answered
        answered += 1
        return yes(asks)

    def flows() -> Iterator[Generator[list[Ask], list[Reply], int] | None]:
        yield counting(3, 0)
        while answered < 3:
            yield None
        yield counting(1, 1)

    assert list(drive_many(flows(), answer, in_flight=4)) == [0, 1]


def test_nothing_under_way_is_asked_again_at_once() -> None:
    flows = iter([None, None, counting(0, 0), None])
    assert list(drive_many(flows, yes)) == [0]


def test_a_slow_first_flow_holds_back_only_so_many() -> None:
    started = 0

    def flows() -> Iterator[Generator[list[Ask], list[Reply], int]]:
        nonlocal started
        for index in range(100):
            started += 1
            yield counting(1 if index else 1000, index)

    next(drive_many(flows(), yes, in_flight=2))
    assert started <= 9


def test_no_flows_no_results() -> None:
    assert list(drive_many([], yes)) == []
    assert drive_one(lockstep([]), yes) == []


def test_nothing_in_flight_is_refused() -> None:
    with pytest.raises(ValueError, match="in_flight"):
        next(drive_many([], yes, in_flight=0))


def test_flows_are_closed_when_the_results_are_dropped() -> None:
    closed = []

    def watched() -> Generator[list[Ask], list[Reply], int]:
        try:
            yield [Score(None, "a")]
            yield [Score(None, "b")]
        finally:
            closed.append(True)
        return 0

    results = drive_many([counting(0, 0), watched()], yes, in_flight=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert closed == [True]


def test_a_bug_in_a_model_reaches_the_caller_and_closes_the_flow() -> None:
    def broken(asks: Sequence[Ask]) -> list[Reply]:
        raise ZeroDivisionError

    one = counting(2, 0)
    with pytest.raises(ZeroDivisionError):
        drive_one(one, broken)
    assert next(one, "closed") == "closed"


def test_a_short_answer_is_a_bug() -> None:
    def short(asks: Sequence[Ask]) -> list[Reply]:
        return []

    for run in (
        lambda: drive_one(counting(1, 0), short),
        lambda: list(drive_many([counting(1, 0)], short)),
    ):
        with pytest.raises(ValueError, match="zip"):
            run()
