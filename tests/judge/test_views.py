from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pytest

from cluejudge.compiled import CompiledRule
from cluejudge.constitution import Severity
from cluejudge.image import Picture
from cluejudge.judge import Answerer, capabilities, combine, drive_one, judge_views
from cluejudge.settings import Budget
from cluejudge.verdict import Cause, Cost, Outcome, RuleFinding, RuleOutcome, ViewVerdict
from tests.judge.rules import atom, rule
from tests.judge.running import fresh, judged
from tests.judge.world import World, picture

RULES = (
    rule("a", atom("a cat"), action="warn", severity=Severity.LOW),
    rule("b", atom("a dog"), action="block", severity=Severity.HIGH),
)


@dataclass(frozen=True)
class View:
    name: str
    picture: Picture


def found(
    one: CompiledRule, outcome: RuleOutcome, view: str, cause: Cause | None = None
) -> RuleFinding:
    return RuleFinding(
        rule_id=one.id,
        text=one.text,
        severity=one.severity,
        action=one.action,
        outcome=outcome,
        view=view,
        cause=cause,
    )


def view(name: str, outcome: Outcome, *rules: RuleOutcome, reason: str = "") -> ViewVerdict:
    findings = tuple(found(one, each, name) for one, each in zip(RULES, rules, strict=True))
    return ViewVerdict(view=name, outcome=outcome, rules=findings, reason=reason, cost=Cost(asks=2))


CLEAR = (RuleOutcome.CLEARED, RuleOutcome.CLEARED)
SAFE = view("safe", Outcome.SAFE, *CLEAR)
ABSTAIN = view("abstain", Outcome.ABSTAIN, RuleOutcome.UNSURE, RuleOutcome.CLEARED, reason="why")
ERROR = view("error", Outcome.ERROR, RuleOutcome.UNSURE, RuleOutcome.CLEARED, reason="broken")
UNSAFE = view("unsafe", Outcome.UNSAFE, RuleOutcome.CLEARED, RuleOutcome.VIOLATED)


@pytest.mark.parametrize("order", list(permutations((SAFE, ABSTAIN, ERROR, UNSAFE))))
def test_the_most_serious_view_counts(order: tuple[ViewVerdict, ...]) -> None:
    for count, outcome in enumerate((Outcome.SAFE, Outcome.ABSTAIN, Outcome.ERROR), 1):
        some = [one for one in order if one in (SAFE, ABSTAIN, ERROR)[:count]]
        assert combine(some, RULES).outcome is outcome
    combined = combine(order, RULES)
    assert combined.outcome is Outcome.UNSAFE
    assert combined.violated == ("b",)
    assert combined.action == "block"
    assert combined.cost == Cost(asks=8)
    assert combined.rules[1].view == "unsafe"


def test_the_reason_names_the_view_where_there_are_several() -> None:
    assert combine([ABSTAIN], RULES).reason == "why"
    assert combine([SAFE, ABSTAIN], RULES).reason == "abstain: why"
    assert combine([SAFE, SAFE], RULES).reason == ""


def test_rules_keep_the_order_of_the_constitution() -> None:
    both = view("both", Outcome.UNSAFE, RuleOutcome.VIOLATED, RuleOutcome.VIOLATED)
    combined = combine([both], RULES)
    assert [one.rule_id for one in combined.rules] == ["a", "b"]
    assert combined.violated == ("a", "b")
    assert combined.action == "block"


def test_of_two_undecided_findings_the_failure_counts() -> None:
    undecided, failed = (
        ViewVerdict(
            view=cause,
            outcome=outcome,
            rules=(found(RULES[0], RuleOutcome.UNSURE, cause, cause),),
            cause=cause,
        )
        for cause, outcome in (
            (Cause.UNDECIDED, Outcome.ABSTAIN),
            (Cause.MODEL_FAILED, Outcome.ERROR),
        )
    )
    combined = combine([undecided, failed], RULES[:1])
    assert (combined.rules[0].view, combined.code) == ("model_failed", "model_failed")


def test_no_view_is_refused() -> None:
    with pytest.raises(ValueError, match="without a view"):
        combine([], RULES)


def test_views_are_judged_as_they_would_be_alone() -> None:
    world = World(seed=5)
    views = [View(f"frame {seed}", picture(seed)) for seed in range(3)]
    flow = judge_views(views, RULES, capabilities(world.models()))
    verdicts = drive_one(flow, Answerer(world.models()))
    assert [one.view for one in verdicts] == ["frame 0", "frame 1", "frame 2"]
    assert {f.view for one in verdicts for f in one.rules} == {one.name for one in views}
    for one, verdict in zip(views, verdicts, strict=True):
        alone = judged(fresh(world), one.picture, RULES)
        assert [f.outcome for f in verdict.rules] == [f.outcome for f in alone.rules]
        assert verdict.cost == alone.cost


def test_views_share_the_budget_and_the_batches() -> None:
    world = World(seed=5, without=frozenset({"recogniser", "encoder"}))
    views = [View(f"frame {seed}", picture(seed)) for seed in range(3)]
    flow = judge_views(
        views, RULES, capabilities(world.models()), budget=Budget(asks=7), now=lambda: 0.0
    )
    verdicts = drive_one(flow, Answerer(world.models()))
    assert sum(one.cost.asks for one in verdicts) <= 7
    assert [one.cost.asks for one in verdicts] == [3, 2, 2]
    assert world.calls["score"] == 1
