"""Algorithm 1 of CLUE (arXiv 2501.00192), written once, as a generator of questions.

It knows no model, file, thread or network: it yields lists of asks and receives their replies, and
a driver (`cluejudge.judge.drive`) stands between it and the models. It works stage by stage over
all rules at once, so that many questions share one pass of a model; stopping early and sharing
replies change what is asked, never what is decided.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from cluejudge.compiled import CompiledRule
from cluejudge.image import Picture
from cluejudge.judge.budget import Allowance
from cluejudge.judge.case import Capabilities, Case, Flow
from cluejudge.judge.findings import rule_findings
from cluejudge.judge.locate import locate
from cluejudge.judge.outcome import view_verdict
from cluejudge.judge.plan import PlannedRule, plan
from cluejudge.judge.reason import reason
from cluejudge.judge.region import ask_without_region
from cluejudge.judge.scan import opened, scan
from cluejudge.judge.tokens import ask_tokens
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import ViewVerdict

_STAGES = (locate, ask_tokens, ask_without_region, reason)


def judge_flow(
    picture: Picture,
    rules: Sequence[CompiledRule],
    can: Capabilities,
    *,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    allowance: Allowance = Allowance(),
    now: Callable[[], float] = time.monotonic,
    view: str = "whole",
) -> Flow[ViewVerdict]:
    """Judges one picture by `rules` (at least one), with the models named by `can` and a scorer.

    Yields lists of distinct asks, never an empty one; each expects as many replies, in order. A
    `Failed` reply, or one that does not fit its ask, is never an answer. `now` is the clock of
    `allowance.deadline`, in seconds.
    """
    case = Case(picture, method, can, allowance, now)
    return (yield from case_flow(case, plan(rules, thresholds, method), view))


def case_flow(case: Case, planned: tuple[PlannedRule, ...], view: str) -> Flow[ViewVerdict]:
    """As `judge_flow`, of a case of which something may have been asked before."""
    case, first = yield from scan(case, planned)
    if not first.cause:
        case = opened(case, planned, first)
        for stage in _STAGES:
            case = yield from stage(case)
    return view_verdict(rule_findings(case, planned, first, view), first, case.cost, view)
