"""All pictures of one input (frames, pages, backgrounds), and the one outcome over them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cluejudge.compiled import CompiledRule
from cluejudge.image import Picture
from cluejudge.judge.budget import shares
from cluejudge.judge.case import Capabilities, Case, Flow
from cluejudge.judge.flow import case_flow
from cluejudge.judge.glance import decides, glance_flow
from cluejudge.judge.merge import lockstep
from cluejudge.judge.plan import gravity, plan
from cluejudge.settings import Budget, Method, Thresholds
from cluejudge.verdict import Cause, Cost, Outcome, RuleFinding, RuleOutcome, ViewVerdict

_OUTCOMES = (Outcome.UNSAFE, Outcome.ERROR, Outcome.ABSTAIN, Outcome.SAFE)
_RULES = (
    RuleOutcome.VIOLATED,
    RuleOutcome.UNSURE,
    RuleOutcome.NOT_JUDGED,
    RuleOutcome.CLEARED,
    RuleOutcome.IRRELEVANT,
)


class NamedPicture(Protocol):
    """One picture of an input and its name, such as `whole` or `frame 3`."""

    @property
    def name(self) -> str:
        """Unique among the views of an input."""
        ...

    @property
    def picture(self) -> Picture:
        """What is judged."""
        ...


@dataclass(frozen=True, slots=True)
class Combined:
    """The verdicts on all views of an input, as one.

    `rules` has for each rule its most serious finding over the views, the first of equals, in the
    order of the constitution; so have `violated` and, of the gravest violated rule, `action`.
    """

    outcome: Outcome
    rules: tuple[RuleFinding, ...]
    violated: tuple[str, ...]
    action: str
    reason: str
    code: str
    cost: Cost


def judge_views(
    views: Sequence[NamedPicture],
    rules: Sequence[CompiledRule],
    can: Capabilities,
    *,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    budget: Budget = Budget(),
    now: Callable[[], float] = time.monotonic,
) -> Flow[tuple[ViewVerdict, ...]]:
    """Judges the views side by side, their questions merged; each has an equal share of `budget`.

    All views are judged, also after one is found unsafe: the evidence is of the whole input. Where
    there is a grader it looks at all views first, and where it decides the input nothing is asked;
    else all that it found is judged anew.
    """
    planned = plan(rules, thresholds, method)
    allowances = shares(budget, len(views), now())
    cases = [
        Case(view.picture, method, can, allowance, now)
        for view, allowance in zip(views, allowances, strict=True)
    ]
    if can.grader:
        looks = yield from lockstep(
            glance_flow(case, planned, view.name) for case, view in zip(cases, views, strict=True)
        )
        glances = tuple(glance for _, glance in looks)
        if not can.questions or decides(_most_serious(glances).values(), rules):
            return glances
        cases = [case for case, _ in looks]
    verdicts = yield from lockstep(
        case_flow(case, planned, view.name) for case, view in zip(cases, views, strict=True)
    )
    return tuple(verdicts)


def combine(views: Sequence[ViewVerdict], rules: Sequence[CompiledRule]) -> Combined:
    """The outcome over all `views` (one or more): the most serious one.

    Unsafe if any view is; else error if any is; else abstain if any does; else safe.
    """
    if not views:
        raise ValueError("an input without a view would be safe unseen")
    worst = min(views, key=lambda view: _OUTCOMES.index(view.outcome))
    findings = _most_serious(views)
    violated = [rule for rule in rules if findings[rule.id].outcome is RuleOutcome.VIOLATED]
    return Combined(
        outcome=worst.outcome,
        rules=tuple(findings[rule.id] for rule in rules),
        violated=tuple(rule.id for rule in violated),
        action=min(violated, key=gravity).action if violated else "",
        reason=_named(worst, len(views)),
        code=worst.cause or "",
        cost=_total(view.cost for view in views),
    )


def _named(view: ViewVerdict, count: int) -> str:
    """The view's reason, with its name where there are several."""
    return f"{view.view}: {view.reason}" if view.reason and count > 1 else view.reason


def _most_serious(views: Iterable[ViewVerdict]) -> dict[str, RuleFinding]:
    worst: dict[str, RuleFinding] = {}
    for finding in (finding for view in views for finding in view.rules):
        earlier = worst.get(finding.rule_id)
        if earlier is None or _seriousness(finding) < _seriousness(earlier):
            worst[finding.rule_id] = finding
    return worst


def _seriousness(finding: RuleFinding) -> tuple[int, int]:
    causes = list(Cause)
    cause = causes.index(finding.cause) if finding.cause else len(causes)
    return _RULES.index(finding.outcome), cause


def _total(costs: Iterable[Cost]) -> Cost:
    listed = list(costs)
    return Cost(
        asks=sum(cost.asks for cost in listed),
        reasonings=sum(cost.reasonings for cost in listed),
        reasoning_tokens=sum(cost.reasoning_tokens for cost in listed),
    )
