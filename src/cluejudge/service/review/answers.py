"""What a reviewer fills in, and the review that it makes. Pure: no request, no store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cluejudge.store.overruling import OPEN, outcome_after
from cluejudge.store.records import Answer, Decision, ReviewDraft, RuleOverride
from cluejudge.verdict import Outcome, RuleFinding, RuleOutcome, Verdict

MAX_REASON = 2_000
MAX_NOTE = 4_000

_OTHER = {
    RuleOutcome.VIOLATED: (RuleOutcome.CLEARED,),
    RuleOutcome.CLEARED: (RuleOutcome.VIOLATED,),
    RuleOutcome.IRRELEVANT: (RuleOutcome.VIOLATED,),
    RuleOutcome.UNSURE: (RuleOutcome.VIOLATED, RuleOutcome.CLEARED),
    RuleOutcome.NOT_JUDGED: (RuleOutcome.VIOLATED, RuleOutcome.CLEARED),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form of an item; rules go by their place in the verdict.

    `rest` clears every open rule that is not chosen by itself, for `rest_reason`.
    """

    answer: Answer | None = None
    chosen: Mapping[int, RuleOutcome] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    rest: bool = False
    rest_reason: str = ""
    note: str = ""
    case: bool = False


def choices(finding: RuleFinding) -> tuple[RuleOutcome, ...]:
    """What a reviewer may say that a rule should have come to."""
    return _OTHER[finding.outcome]


def read(form: Mapping[str, str], verdict: Verdict) -> Filled:
    """The form as it was sent; what it cannot hold for this verdict is left out."""
    answer = form.get("answer", "")
    chosen: dict[int, RuleOutcome] = {}
    reasons: dict[int, str] = {}
    for place, finding in enumerate(verdict.rules):
        for outcome in choices(finding):
            if form.get(f"outcome-{place}") == outcome:
                chosen[place] = outcome
        reasons[place] = _line(form.get(f"reason-{place}", ""))
    return Filled(
        answer=Answer(answer) if answer in set(Answer) else None,
        chosen=chosen,
        reasons={place: reason for place, reason in reasons.items() if reason},
        rest="rest" in form,
        rest_reason=_line(form.get("rest-reason", "")),
        note=_clean(form.get("note", "")).strip(),
        case="case" in form,
    )


def problems(filled: Filled, verdict: Verdict) -> tuple[str, ...]:
    """Why this is no answer that can be recorded; empty if it is one."""
    return (*_of_answer(filled), *_of_reasons(filled, verdict), *_of_case(filled, verdict))


def draft(filled: Filled, decision: Decision, reviewer: str) -> ReviewDraft:
    """The review that a form without `problems` makes."""
    if filled.answer is None:
        raise ValueError("a form without an answer is no review")
    overruling = filled.answer is Answer.OVERRULE
    overrides = tuple(_overrides(filled, decision.verdict)) if overruling else ()
    return ReviewDraft(
        decision_id=decision.id,
        reviewer=reviewer,
        answer=filled.answer,
        outcome=outcome_after(decision.verdict, overrides),
        overrides=overrides,
        note=filled.note,
    )


def _of_answer(filled: Filled) -> Iterator[str]:
    changed = bool(filled.chosen) or filled.rest
    if filled.answer is None:
        yield "Say whether you agree, overrule or skip."
    if filled.answer is Answer.OVERRULE and not changed:
        yield "To overrule, say of at least one rule what it should have been."
    if filled.answer is Answer.AGREE and changed:
        yield "You agreed, but some rules are set to another outcome: overrule, or set them back."
    if len(filled.note) > MAX_NOTE:
        yield f"A note has at most {MAX_NOTE:,} characters."


def _of_reasons(filled: Filled, verdict: Verdict) -> Iterator[str]:
    if filled.answer is not Answer.OVERRULE:
        return
    for place in sorted(filled.chosen):
        if not filled.reasons.get(place):
            yield f"Say why {verdict.rules[place].rule_id} should be {filled.chosen[place]}."
    if filled.rest and not filled.rest_reason:
        yield "Say why the open rules are not violated."
    if filled.rest and not any(finding.outcome in OPEN for finding in verdict.rules):
        yield "No rule of this verdict is open."
    if any(len(reason) > MAX_REASON for reason in (*filled.reasons.values(), filled.rest_reason)):
        yield f"A reason has at most {MAX_REASON:,} characters."


def _of_case(filled: Filled, verdict: Verdict) -> Iterator[str]:
    if filled.case and filled.answer is Answer.SKIP:
        yield "What is skipped cannot be a regression case: nobody has said what is right."
    if filled.case and filled.answer is Answer.AGREE and verdict.outcome is Outcome.ERROR:
        yield "An error cannot be a regression case: nobody has said what is right."


def _overrides(filled: Filled, verdict: Verdict) -> Iterator[RuleOverride]:
    for place, finding in enumerate(verdict.rules):
        if place in filled.chosen:
            yield RuleOverride(
                rule_id=finding.rule_id,
                outcome=filled.chosen[place],
                reason=filled.reasons[place],
            )
        elif filled.rest and finding.outcome in OPEN:
            yield RuleOverride(
                rule_id=finding.rule_id, outcome=RuleOutcome.CLEARED, reason=filled.rest_reason
            )


def _line(value: str) -> str:
    return " ".join(_clean(value).split())


def _clean(value: str) -> str:
    """Without NUL, which PostgreSQL's texts cannot hold, and with plain line ends."""
    return value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
