"""What a decision becomes when a reviewer overrules some of its rules. Knows no database."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.errors import UsageError
from cluejudge.store.records import (
    Answer,
    Decision,
    Review,
    ReviewDraft,
    RuleOverride,
    Standing,
)
from cluejudge.store.texts import written
from cluejudge.verdict import Outcome, RuleOutcome, Verdict

OPEN = frozenset({RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED})
"""Outcomes of a rule that are none: it may be violated or not."""

_SAID = (RuleOutcome.VIOLATED, RuleOutcome.CLEARED)


def outcome_after(verdict: Verdict, overrides: Sequence[RuleOverride]) -> Outcome:
    """The outcome when these rules are as the reviewer says, and all others as the verdict says.

    Unsafe if any rule is violated. Else safe only if every rule is decided: as long as one is
    open, what was an error stays one, and all else is abstain.
    """
    if not overrides:
        return verdict.outcome
    rules = _rules_after(verdict, overrides).values()
    if RuleOutcome.VIOLATED in rules:
        return Outcome.UNSAFE
    if OPEN.isdisjoint(rules):
        return Outcome.SAFE
    return Outcome.ERROR if verdict.outcome is Outcome.ERROR else Outcome.ABSTAIN


def violated_after(verdict: Verdict, overrides: Sequence[RuleOverride]) -> tuple[str, ...]:
    """The rules that are violated then, in the order of the verdict's rules."""
    rules = _rules_after(verdict, overrides)
    return tuple(rule for rule, outcome in rules.items() if outcome is RuleOutcome.VIOLATED)


def counting(reviews: Sequence[Review]) -> Review | None:
    """The review that counts, of those of a decision, the oldest first: the last but for skips."""
    said = (each for each in reversed(reviews) if each.answer is not Answer.SKIP)
    return next(said, None)


def standing(decision: Decision, reviews: Sequence[Review]) -> Standing:
    """How `decision` stands after its reviews, the oldest first."""
    verdict, review = decision.verdict, counting(reviews)
    if review is None:
        return Standing(outcome=verdict.outcome, violated=verdict.violated)
    overrides = review.overrides
    violated = violated_after(verdict, overrides) if overrides else verdict.violated
    return Standing(outcome=review.outcome, violated=violated, reviewed=review.at)


def checked(draft: ReviewDraft, decision: Decision) -> ReviewDraft:
    """`draft` with its texts trimmed; raises UsageError if it does not go with `decision`.

    Only who overrules overrides rules: those that the verdict has, each once and with a reason,
    and none to what it is already. The outcome must be the one that follows.
    """
    overrides = tuple(
        each.model_copy(update={"reason": written("a reason", each.reason)})
        for each in draft.overrides
    )
    if draft.answer is Answer.OVERRULE:
        _check_overrides(overrides, decision.verdict)
    elif overrides:
        raise UsageError(f"who says {draft.answer} overrides no rule", hint="overrule instead")
    follows = outcome_after(decision.verdict, overrides)
    if draft.outcome is not follows:
        raise UsageError(f"the outcome after this review is {follows}, not {draft.outcome}")
    note = written("a note", draft.note)
    return draft.model_copy(update={"overrides": overrides, "note": note})


def _rules_after(verdict: Verdict, overrides: Sequence[RuleOverride]) -> dict[str, RuleOutcome]:
    rules = {rule.rule_id: rule.outcome for rule in verdict.rules}
    return rules | {override.rule_id: override.outcome for override in overrides}


def _check_overrides(overrides: Sequence[RuleOverride], verdict: Verdict) -> None:
    rules = {rule.rule_id: rule.outcome for rule in verdict.rules}
    if not rules:
        raise UsageError("no rule was judged, so none can be overruled", hint="agree, or skip it")
    if not overrides:
        raise UsageError("overruling needs a rule that is overruled")
    if len({override.rule_id for override in overrides}) < len(overrides):
        raise UsageError("a rule can be overruled once in a review only")
    for override in overrides:
        if override.rule_id not in rules:
            raise UsageError(f"the decision has no rule {override.rule_id!r}")
        if override.outcome not in _SAID:
            raise UsageError(f"a rule is overruled to {' or '.join(_SAID)}")
        if not override.reason:
            raise UsageError(f"say why {override.rule_id} is overruled")
        if _same(override.outcome, rules[override.rule_id]):
            raise UsageError(
                f"{override.rule_id} is {rules[override.rule_id]} already: nothing would change"
            )


def _same(said: RuleOutcome, found: RuleOutcome) -> bool:
    """Whether the two say the same: what is irrelevant is not violated either."""
    return found not in OPEN and (said is RuleOutcome.VIOLATED) == (found is RuleOutcome.VIOLATED)
