"""What holds for every judgement, in every world."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.asks import Ask
from cluejudge.compiled import CompiledRule
from cluejudge.judge import Allowance, Answerer, Capabilities, drive_one, judge_flow
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import (
    Answer,
    AtomFinding,
    Cause,
    Outcome,
    RuleFinding,
    RuleOutcome,
    Stage,
)
from tests.judge.reference import FAILED, Reference
from tests.judge.rules import atom, methods, rule, rules, thresholds
from tests.judge.running import by_rule, flow, fresh, judged
from tests.judge.world import World, picture

SETTLED = {Stage.PRIOR, Stage.REGION, Stage.REASONING, Stage.DEFAULT}
PICTURE = picture(0)


def worlds(*, unknown: float = 0.0) -> st.SearchStrategy[World]:
    models = st.sampled_from(("reasoner", "encoder", "detector", "recogniser"))
    return st.builds(
        World,
        seed=st.integers(0, 10**6),
        failing=st.sampled_from((0.0, 0.0, 0.1, 0.5)),
        doubtful=st.sampled_from((0.0, 0.0, 0.3)),
        unread=st.sampled_from((0.0, 0.3)),
        unknown=st.just(unknown),
        without=st.frozensets(models, max_size=2),
    )


@given(world=worlds(), rules=rules(), method=methods(), thresholds=thresholds())
@settings(max_examples=200)
def test_outcomes_are_those_of_the_plain_algorithm(
    world: World, rules: tuple[CompiledRule, ...], method: Method, thresholds: Thresholds
) -> None:
    verdict = judged(world, PICTURE, rules, method=method, thresholds=thresholds)
    if verdict.cause is Cause.MODEL_FAILED and verdict.rules[0].outcome is RuleOutcome.NOT_JUDGED:
        assert world.fails("recognise", PICTURE.digest)
        return
    reference = Reference(world, PICTURE, method, thresholds)
    found = {
        finding.rule_id: FAILED if finding.cause is Cause.MODEL_FAILED else finding.outcome
        for finding in verdict.rules
    }
    assert found == {one.id: reference.rule(one) for one in rules}


@given(world=worlds(), rules=rules(), method=methods(), random=st.randoms())
def test_order_of_rules_changes_nothing(
    world: World, rules: tuple[CompiledRule, ...], method: Method, random: object
) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = judged(fresh(world), PICTURE, rules, method=method)
    assert judged(fresh(world), PICTURE, shuffled, method=method) == first


@given(world=worlds(), rules=rules(), method=methods(), thresholds=thresholds())
def test_a_finding_does_not_depend_on_the_other_rules(
    world: World, rules: tuple[CompiledRule, ...], method: Method, thresholds: Thresholds
) -> None:
    together = by_rule(judged(world, PICTURE, rules, method=method, thresholds=thresholds))
    for one in rules:
        alone = judged(world, PICTURE, [one], method=method, thresholds=thresholds)
        assert by_rule(alone) == {one.id: together[one.id]}


@given(world=worlds(unknown=0.5), rules=rules(), method=methods(), thresholds=thresholds())
def test_what_is_safe_was_looked_at(
    world: World, rules: tuple[CompiledRule, ...], method: Method, thresholds: Thresholds
) -> None:
    verdict = judged(world, PICTURE, rules, method=method, thresholds=thresholds)
    outcomes = {finding.outcome for finding in verdict.rules}
    if verdict.outcome is Outcome.SAFE:
        assert outcomes <= {RuleOutcome.CLEARED, RuleOutcome.IRRELEVANT}
    if verdict.outcome is not Outcome.UNSAFE:
        assert RuleOutcome.VIOLATED not in outcomes
    if verdict.outcome in (Outcome.ABSTAIN, Outcome.ERROR):
        assert verdict.cause
        assert verdict.reason
    for finding in verdict.rules:
        _check_evidence(finding)


def _check_evidence(finding: RuleFinding) -> None:
    for one in (one for group in finding.groups for one in group):
        assert (one.answer is not Answer.UNSURE) == (one.decided_by in SETTLED)
        assert one.reason or one.answer is not Answer.UNSURE
    if finding.outcome is RuleOutcome.CLEARED:
        assert any(_all(group, Answer.NO) for group in finding.groups)
    if finding.outcome is RuleOutcome.VIOLATED:
        assert all(any(one.answer is Answer.YES for one in group) for group in finding.groups)
    undecided = finding.outcome in (RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED)
    assert undecided == (finding.cause is not None)


def _all(group: Sequence[AtomFinding], answer: Answer) -> bool:
    return all(one.answer is answer for one in group)


@given(
    world=worlds(),
    rules=rules(),
    method=methods(),
    asks=st.integers(0, 40) | st.none(),
    tokens=st.integers(0, 900) | st.none(),
)
def test_a_budget_can_only_make_it_abstain(
    world: World,
    rules: tuple[CompiledRule, ...],
    method: Method,
    asks: int | None,
    tokens: int | None,
) -> None:
    full = judged(fresh(world), PICTURE, rules, method=method)
    allowance = Allowance(asks, tokens)
    cut = judged(fresh(world), PICTURE, rules, method=method, allowance=allowance)
    assert asks is None or cut.cost.asks <= asks
    assert tokens is None or cut.cost.reasoning_tokens <= tokens
    if cut.outcome in (Outcome.SAFE, Outcome.UNSAFE):
        assert cut.outcome is full.outcome
    whole = by_rule(full)
    for finding in cut.rules:
        same = whole[finding.rule_id].outcome
        left_open = (RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED) if _given_up(finding) else ()
        assert finding.outcome in (same, *left_open)


def _given_up(finding: RuleFinding) -> bool:
    """Whether the budget ended it; where a failure stands beside that, the failure is the cause."""
    stages = {one.decided_by for group in finding.groups for one in group}
    return finding.cause is Cause.BUDGET or Stage.BUDGET in stages


@given(world=worlds(), rules=rules(), method=methods())
def test_every_list_holds_distinct_asks_and_costs_are_counted(
    world: World, rules: tuple[CompiledRule, ...], method: Method
) -> None:
    answer = Answerer(world.models())
    lists: list[list[Ask]] = []

    def listening(asks: Sequence[Ask]) -> list[object]:
        lists.append(list(asks))
        return answer(asks)  # type: ignore[return-value]

    verdict = drive_one(flow(world, PICTURE, rules, method=method), listening)  # type: ignore[arg-type]
    everything = [ask for asks in lists for ask in asks]
    assert all(lists)
    assert len(everything) == len(set(everything)) == verdict.cost.asks


def test_no_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule"):
        next(judge_flow(PICTURE, [], Capabilities()))


def test_a_rule_asks_no_more_once_it_is_cleared() -> None:
    world = World(seed=1)
    clearing, open_atom = _contents(world, 0.02), _contents(world, 0.55)
    method = Method(region=False, relevance=False)
    verdict = judged(world, PICTURE, [rule("r", atom(clearing), atom(open_atom))], method=method)
    assert world.asked["reason"] == 0
    (finding,) = verdict.rules
    assert finding.outcome is RuleOutcome.CLEARED
    assert finding.groups[1][0].decided_by is Stage.NOT_NEEDED


def _contents(world: World, p: float) -> str:
    """A content whose token score is about `p` on the picture, with a prior of one half."""
    for index in range(10_000):
        content = f"content {index}"
        image, prior = world.answer(PICTURE, content), world.answer(None, content)
        if abs(image.p_yes - p) < 0.01 and abs(prior.p_yes - 0.5) < 0.01:
            return content
    raise AssertionError(f"no content at {p}")
