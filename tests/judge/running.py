"""Runs flows in a world."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from cluejudge.asks import Ask, Reply, Score
from cluejudge.compiled import CompiledRule
from cluejudge.image import Picture
from cluejudge.judge import Allowance, Answerer, Flow, capabilities, drive_one, judge_flow
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import RuleFinding, ViewVerdict
from tests.judge.world import World, yes_no


def flow(
    world: World,
    picture: Picture,
    rules: Sequence[CompiledRule],
    *,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    allowance: Allowance = Allowance(),
    now: Callable[[], float] = lambda: 0.0,
) -> Flow[ViewVerdict]:
    return judge_flow(
        picture,
        rules,
        capabilities(world.models()),
        thresholds=thresholds,
        method=method,
        allowance=allowance,
        now=now,
    )


def judged(
    world: World,
    picture: Picture,
    rules: Sequence[CompiledRule],
    *,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    allowance: Allowance = Allowance(),
) -> ViewVerdict:
    started = flow(world, picture, rules, thresholds=thresholds, method=method, allowance=allowance)
    return drive_one(started, Answerer(world.models()))


def by_rule(verdict: ViewVerdict) -> dict[str, RuleFinding]:
    return {finding.rule_id: finding for finding in verdict.rules}


def fresh(world: World) -> World:
    """The same world with its counters at zero."""
    return replace(world, calls=type(world.calls)(), asked=type(world.asked)())


def counting(rounds: int, result: int) -> Generator[list[Ask], list[Reply], int]:
    """A flow of so many rounds, to a result."""
    for index in range(rounds):
        replies = yield [Score(None, f"{result}-{index}")]
        assert len(replies) == 1
    return result


def yes(asks: Sequence[Ask]) -> list[Reply]:
    """The same answer to all."""
    return [yes_no(0.5) for _ in asks]
