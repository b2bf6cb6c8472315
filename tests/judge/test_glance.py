"""A grader before the scorer, and alone: what it decides, and what it leaves to the judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.asks import Failed, Grade, Graded, Grades, Refused, Unanswered
from cluejudge.compiled import CompiledRule
from cluejudge.constitution import Severity
from cluejudge.digest import rule_digest
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.judge import Answerer, capabilities, combine, drive_one, judge_views
from cluejudge.judge.glance import decides
from cluejudge.models.protocols import Models
from cluejudge.settings import Budget, Method, Thresholds
from cluejudge.verdict import (
    Cause,
    Outcome,
    RuleFinding,
    RuleOutcome,
    StudentFinding,
    ViewVerdict,
)
from tests.judge.rules import atom, rule
from tests.judge.world import World, picture

LOW = rule("low", atom("a cat"), action="warn", severity=Severity.LOW)
HIGH = rule("high", atom("a dog"), action="block", severity=Severity.HIGH)
RULES = (LOW, HIGH)
CLEAR, VIOLATED, UNSURE = Graded(0.01, 0.1, 0.9), Graded(0.95, 0.1, 0.9), Graded(0.5, 0.1, 0.9)
PICTURES = (picture(1), picture(2))


@dataclass
class Told:
    """A grader that says of each rule what it is told to, whatever the picture shows."""

    grades: dict[str, Graded | str]
    distance: float = 0.0
    fails: str = ""
    asked: list[Grade] = field(default_factory=list)

    def grade(self, asks: Sequence[Grade]) -> list[Grades | Unanswered]:
        self.asked += asks
        if self.fails == "refuses":
            return [Refused("not today") for _ in asks]
        if self.fails:
            raise ModelError(self.fails)
        by_digest = {rule_digest(one): self.grades[one.id] for one in RULES}
        return [Grades(tuple(by_digest[r] for r in ask.rules), self.distance, 0.5) for ask in asks]

    def vet(
        self, rules: Sequence[CompiledRule], thresholds: Thresholds, method: Method
    ) -> list[str]:
        return []


@dataclass(frozen=True)
class View:
    name: str
    picture: Picture


def told(low: Graded | str, high: Graded | str, *, distance: float = 0.0, fails: str = "") -> Told:
    return Told({"low": low, "high": high}, distance, fails)


def judged(
    models: Models, pictures: Sequence[Picture] = PICTURES[:1], budget: Budget = Budget()
) -> tuple[ViewVerdict, ...]:
    views = [View(f"view {place}", one) for place, one in enumerate(pictures)]
    flow = judge_views(views, RULES, capabilities(models), budget=budget, now=lambda: 0.0)
    return drive_one(flow, Answerer(models))


def first(world: World, grader: Told) -> Models:
    return replace(world.models(), grader=grader)


def alone(grader: Told) -> Models:
    world = World(without=frozenset({"encoder", "reasoner", "detector", "recogniser"}))
    return replace(world.models(), grader=grader, questions=False)


def test_what_the_student_clears_is_safe_and_nothing_is_asked() -> None:
    world = World()
    (found,) = judged(first(world, told(CLEAR, CLEAR)))
    assert found.outcome is Outcome.SAFE
    assert not world.calls["score"]
    assert found.rules[0].student == StudentFinding(p=0.01, low=0.1, high=0.9)
    assert [one.rule_id for one in found.rules] == ["high", "low"]
    assert found.cost.asks == 2  # the recogniser is asked too


def test_a_violation_is_found_with_its_evidence() -> None:
    (found,) = judged(first(World(), told(CLEAR, VIOLATED)))
    assert found.outcome is Outcome.UNSAFE
    assert found.rules[0].student == StudentFinding(p=0.95, low=0.1, high=0.9)
    assert found.rules[0].groups == ()


@pytest.mark.parametrize(
    "grader",
    [
        told(CLEAR, UNSURE),
        told("never learnt", CLEAR),
        told(VIOLATED, UNSURE),  # the graver rule is open: the action may be another
        told(CLEAR, CLEAR, distance=0.6),
        told(CLEAR, CLEAR, fails="out of order"),
        told(CLEAR, CLEAR, fails="refuses"),
        told(Graded(float("nan"), 0.1, 0.9), CLEAR),
        told(Graded(0.5, 0.9, 0.1), CLEAR),
    ],
    ids=["unsure", "unknown", "graver", "strange", "broken", "refuses", "nan", "bounds"],
)
def test_what_it_is_unsure_of_is_judged_as_without_it(grader: Told) -> None:
    world = World(seed=4)
    (plain,) = judged(world.models())
    (found,) = judged(first(world, grader))
    assert grader.asked
    assert found.rules == plain.rules
    assert (found.outcome, found.cause, found.reason) == (plain.outcome, plain.cause, plain.reason)
    assert all(one.student is None for one in found.rules)
    assert found.cost.asks == plain.cost.asks + 1  # its look; the recogniser is asked once


def test_a_less_grave_rule_may_stay_open_beside_a_violation() -> None:
    (found,) = judged(first(World(), told(UNSURE, VIOLATED)))
    assert found.outcome is Outcome.UNSAFE
    assert combine([found], RULES).action == "block"
    assert found.rules[1].outcome is RuleOutcome.UNSURE


def test_what_the_judge_would_not_know_the_student_does_not_decide() -> None:
    world = World(unknown=1.0)
    (plain,) = judged(world.models())
    (found,) = judged(first(world, told(CLEAR, CLEAR)))
    assert plain.cause is Cause.UNKNOWN_IMAGE
    assert (found.outcome, found.cause) == (Outcome.ABSTAIN, Cause.UNKNOWN_IMAGE)


@pytest.mark.parametrize(
    ("grader", "outcome", "cause"),
    [
        (told(CLEAR, CLEAR), Outcome.SAFE, None),
        (told(UNSURE, VIOLATED), Outcome.UNSAFE, None),
        (told(VIOLATED, UNSURE), Outcome.UNSAFE, None),
        (told(CLEAR, UNSURE), Outcome.ABSTAIN, Cause.UNDECIDED),
        (told("never learnt", CLEAR), Outcome.ABSTAIN, Cause.UNDECIDED),
        (told(CLEAR, CLEAR, distance=0.6), Outcome.ABSTAIN, Cause.UNKNOWN_IMAGE),
        (told(CLEAR, CLEAR, fails="out of order"), Outcome.ERROR, Cause.MODEL_FAILED),
        (told(CLEAR, CLEAR, fails="refuses"), Outcome.ABSTAIN, Cause.REFUSED),
    ],
)
def test_alone_what_it_leaves_open_stays_open(
    grader: Told, outcome: Outcome, cause: Cause | None
) -> None:
    (found,) = judged(alone(grader))
    assert (found.outcome, found.cause) == (outcome, cause)
    assert bool(found.reason) == (cause is not None)


def test_all_views_must_be_decided() -> None:
    class OfFirst(Told):
        def grade(self, asks: Sequence[Grade]) -> list[Grades | Unanswered]:
            grades = super().grade(asks)
            return [
                one if ask.image == PICTURES[0] else Failed("cannot see")
                for ask, one in zip(asks, grades, strict=True)
            ]

    world = World(seed=2)
    some = OfFirst({"low": CLEAR, "high": CLEAR})
    assert judged(first(world, some), PICTURES) != judged(first(world, some), PICTURES[:1])
    found = judged(first(world, some), PICTURES)
    assert [one.rules for one in found] == [one.rules for one in judged(world.models(), PICTURES)]
    violated = OfFirst({"low": CLEAR, "high": VIOLATED})
    found = judged(first(world, violated), PICTURES)
    assert found[0].outcome is Outcome.UNSAFE
    assert not any(one.student for one in found[1].rules)


def test_no_rule_is_refused() -> None:
    models = first(World(), told(CLEAR, CLEAR))
    flow = judge_views([View("whole", PICTURES[0])], [], capabilities(models))
    with pytest.raises(ValueError, match="by no rule would be safe unseen"):
        next(flow)


def test_a_budget_is_for_the_student_and_the_judge_together() -> None:
    world = World()
    (found,) = judged(first(world, told(CLEAR, UNSURE)), budget=Budget(asks=2))
    assert (found.outcome, found.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    (found,) = judged(first(world, told(CLEAR, CLEAR)), budget=Budget(asks=1))
    assert (found.outcome, found.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    assert found.cost.asks <= 1


def finding(one: CompiledRule, outcome: RuleOutcome) -> RuleFinding:
    return RuleFinding(
        rule_id=one.id, text="", severity=one.severity, action=one.action, outcome=outcome
    )


@given(st.lists(st.tuples(st.sampled_from(Severity), st.sampled_from(RuleOutcome)), min_size=1))
def test_what_is_left_open_changes_nothing(given_: list[tuple[Severity, RuleOutcome]]) -> None:
    """However the judge settles open rules, the outcome and the action stay what they are."""
    rules = [
        rule(f"rule-{place:02}", atom("a cat"), severity=severity, action=f"act {place}")
        for place, (severity, _) in enumerate(given_)
    ]
    outcomes = [outcome for _, outcome in given_]
    open_ = {RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED}
    decided = decides(map(finding, rules, outcomes), rules)

    def settled(as_: RuleOutcome) -> tuple[Outcome, str]:
        final = [as_ if one in open_ else one for one in outcomes]
        unsafe = RuleOutcome.VIOLATED in final
        view = ViewVerdict(
            view="whole",
            outcome=Outcome.UNSAFE if unsafe else Outcome.SAFE,
            rules=tuple(map(finding, rules, final)),
        )
        found = combine([view], rules)
        return found.outcome, found.action

    assert decided == (settled(RuleOutcome.VIOLATED) == settled(RuleOutcome.CLEARED))
