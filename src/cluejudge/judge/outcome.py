"""From the findings on the rules to the outcome of one picture."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.judge.scan import Scan
from cluejudge.verdict import Cause, Cost, Outcome, RuleFinding, RuleOutcome, ViewVerdict

_NAMED = 3  # rules named in a reason


def view_verdict(rules: tuple[RuleFinding, ...], scan: Scan, cost: Cost, view: str) -> ViewVerdict:
    """Unsafe if a rule is violated, else what keeps the picture from being safe, else safe.

    An undecided rule makes the outcome error if a model failed on it, else abstain.
    """
    cause = _gravest(rules)
    if any(finding.outcome is RuleOutcome.VIOLATED for finding in rules):
        outcome, cause = Outcome.UNSAFE, None
    elif cause is None:
        outcome = Outcome.SAFE
    else:
        outcome = Outcome.ERROR if cause is Cause.MODEL_FAILED else Outcome.ABSTAIN
    known = scan.recognition
    return ViewVerdict(
        view=view,
        outcome=outcome,
        rules=rules,
        reason=scan.reason or (_listed(rules, cause) if cause else ""),
        cause=cause,
        familiarity=known.score if known else None,
        familiarity_bound=known.threshold if known else None,
        cost=cost,
    )


def _gravest(rules: Sequence[RuleFinding]) -> Cause | None:
    causes = {finding.cause for finding in rules}
    return next((cause for cause in Cause if cause in causes), None)


def _listed(rules: Sequence[RuleFinding], cause: Cause) -> str:
    """The first rules left open for that cause, each with its reason."""
    blamed = [finding for finding in rules if finding.cause is cause]
    named = [f"{finding.rule_id}: {finding.reason}" for finding in blamed[:_NAMED]]
    more = [f"and {len(blamed) - _NAMED} more rules"] if len(blamed) > _NAMED else []
    return "; ".join([*named, *more])
