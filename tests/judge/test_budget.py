from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.asks import Reason, Score
from cluejudge.constitution import Severity
from cluejudge.judge import Allowance, Capabilities
from cluejudge.judge.budget import Purse, shares
from cluejudge.settings import Budget
from cluejudge.verdict import Cause, Cost, Outcome, RuleOutcome, Stage
from tests.judge.rules import atom, rule
from tests.judge.script import NO, OPEN, SCORER, YES, Script, finding, play


@given(
    asks=st.integers(1, 50) | st.none(),
    tokens=st.integers(0, 50) | st.none(),
    count=st.integers(1, 9),
)
def test_shares_make_up_the_budget(asks: int | None, tokens: int | None, count: int) -> None:
    parts = shares(Budget(asks=asks, reasoning_tokens=tokens), count, 0.0)
    assert len(parts) == count
    if asks is not None:
        each = [part.asks or 0 for part in parts]
        assert sum(each) == asks
        assert max(each) - min(each) <= 1
    if tokens is not None:
        assert sum(part.reasoning_tokens or 0 for part in parts) == tokens


def test_all_shares_have_the_same_deadline() -> None:
    parts = shares(Budget(seconds=2.0), 3, 10.0)
    assert [part.deadline for part in parts] == [12.0] * 3


def test_all_shares_have_one_account_and_other_inputs_another() -> None:
    one, other = ({part.account for part in shares(Budget(), 3, 0.0)} for _ in range(2))
    assert len(one) == len(other) == 1
    assert not one & other
    assert 0 not in one | other


def test_all_stages_charge_the_account_of_the_allowance() -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": True})
    can, allowance = Capabilities(reasoner=True), Allowance(account=7)
    play(script, rule("r", atom("a cat")), can=can, allowance=allowance)
    asked = [ask for asks in script.asked for ask in asks if isinstance(ask, Score | Reason)]
    assert {type(ask): ask.account for ask in asked} == {Score: 7, Reason: 7}


def test_nothing_costs_nothing() -> None:
    assert Purse(0, 0).affords(0, 0)
    assert not Purse(0, 0).affords(1, 0)
    assert not Purse(None, 0).affords(1, 1)


@pytest.mark.parametrize(("now", "asks"), [(9.99, 5), (10.0, 0), (11.0, 0)])
def test_nothing_is_left_from_the_deadline_on(now: float, asks: int) -> None:
    assert Allowance(asks=7, deadline=10.0).purse(Cost(asks=2), now).asks == asks


def test_a_rule_that_the_budget_does_not_reach_is_not_judged() -> None:
    script = Script(image={"a cat": NO, "a dog": NO})
    rules = (rule("a", atom("a cat")), rule("b", atom("a dog")))
    verdict = play(script, *rules, can=SCORER, allowance=Allowance(asks=2))
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    assert verdict.reason == "b: the budget was spent"
    assert finding(verdict, "a").outcome is RuleOutcome.CLEARED
    assert finding(verdict, "b").outcome is RuleOutcome.NOT_JUDGED
    assert finding(verdict, "b").groups[0][0].decided_by is Stage.BUDGET


def test_half_of_a_test_is_not_asked() -> None:
    script = Script(image={"a cat": NO})
    verdict = play(script, rule("r", atom("a cat")), can=SCORER, allowance=Allowance(asks=1))
    assert not script.asked
    assert verdict.cost.asks == 0


def test_the_gravest_rules_come_first() -> None:
    script = Script(image={"a cat": NO, "a dog": YES})
    rules = (
        rule("a", atom("a cat"), severity=Severity.LOW),
        rule("b", atom("a dog"), severity=Severity.CRITICAL),
    )
    verdict = play(script, *rules, can=SCORER, allowance=Allowance(asks=2))
    assert verdict.outcome is Outcome.UNSAFE
    assert [one.rule_id for one in verdict.rules] == ["b", "a"]


def test_a_picture_that_could_not_be_recognised_in_time_abstains() -> None:
    script = Script(image={"a cat": NO})
    can = Capabilities(recogniser=True)
    verdict = play(script, rule("r", atom("a cat")), can=can, allowance=Allowance(asks=0))
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    assert finding(verdict).outcome is RuleOutcome.NOT_JUDGED


def test_time_ends_between_stages() -> None:
    clock = count()  # one look for each list that is put: scan, tokens, reasoning
    script = Script(image={"a cat": OPEN}, reasons={"a cat": True})
    verdict = play(
        script,
        rule("r", atom("a cat")),
        can=Capabilities(reasoner=True),
        allowance=Allowance(deadline=2),
        now=lambda: next(clock),
    )
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    assert finding(verdict).outcome is RuleOutcome.UNSURE
    assert verdict.cost == Cost(asks=2)
