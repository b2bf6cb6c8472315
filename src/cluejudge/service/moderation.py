"""From a verdict to the result of OpenAI's moderation endpoint."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from cluejudge.compiled import CompiledRule
from cluejudge.constitution import Severity
from cluejudge.errors import UsageError
from cluejudge.service.stand import Told
from cluejudge.store.records import Standing
from cluejudge.verdict import AtomFinding, Outcome, RuleFinding, RuleOutcome, Stage

KEYS = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""The categories of every result."""

KeysOf = Mapping[str, tuple[str, ...]]
"""For ids of rules, what they count as."""

_HALF = 0.5
_JUST_UNDER = 0.4999


def check_keys(mapping: KeysOf) -> None:
    """Raises `UsageError` for what is none of `KEYS`."""
    for rule, keys in mapping.items():
        for key in keys:
            if key not in KEYS:
                near = difflib.get_close_matches(key, KEYS, n=1)
                meant = f"did you mean {near[0]}?" if near else f"they are {', '.join(KEYS)}"
                raise UsageError(f"rule {rule}: {key!r} is no category of OpenAI's", hint=meant)


def keys_of(rules: Sequence[CompiledRule], mapping: KeysOf) -> dict[str, tuple[str, ...]]:
    """What each rule counts as: what `mapping` says of it, else those of its own categories."""
    return {
        rule.id: mapping.get(rule.id, tuple(key for key in rule.categories if key in KEYS))
        for rule in rules
    }


class RuleDetail(BaseModel):
    """What came of one rule; `score` is how sure it is that it is violated."""

    id: str
    outcome: RuleOutcome
    score: float
    severity: Severity
    action: str
    reason: str
    categories: tuple[str, ...]


class Detail(BaseModel):
    """What OpenAI's result has no field for; `decision` is the id of the whole evidence."""

    decision: str
    reused_from: str
    outcome: Outcome
    violated: tuple[str, ...]
    standing: Standing
    action: str
    reason: str
    code: str
    constitution: str
    version: int
    rules: tuple[RuleDetail, ...]


class Result(BaseModel):
    """What OpenAI's endpoint says of one input, for every one of `KEYS`, and `cluejudge`."""

    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    category_applied_input_types: dict[str, list[str]]
    cluejudge: Detail


def result(decision: Told, keys: KeysOf) -> Result:
    """The result for one image, where `keys` says what each rule counts as.

    Only what stands as safe is not flagged, as judged or as a reviewer said: an image that was not
    decided is flagged without a category, as is one that violates rules of no category. A category
    is true if a rule that counts as it is violated, and its score that of the surest of its rules.
    Categories of no rule are false, with the score 0 and no input to which they apply.
    """
    verdict, stands = decision.verdict, decision.standing
    violated, scores = set(stands.violated), dict.fromkeys(KEYS, 0.0)
    for finding in verdict.rules:
        for key in keys.get(finding.rule_id, ()):
            scores[key] = max(scores[key], _standing_score(finding, finding.rule_id in violated))
    flags = {key for rule in violated for key in keys.get(rule, ())}
    covered = {key for told in keys.values() for key in told}
    return Result(
        flagged=stands.outcome is not Outcome.SAFE,
        categories={key: key in flags for key in KEYS},
        category_scores=scores,
        category_applied_input_types={key: ["image"] * (key in covered) for key in KEYS},
        cluejudge=_detail(decision, keys),
    )


def score(finding: RuleFinding) -> float:
    """How sure it is that a rule is violated, in [0, 1]: its least sure group's surest atom.

    Of an atom it is P(Yes) of what decided it. From 0.5 on the rule is violated, and under it it
    is not; a rule that was left open keeps what its numbers say, 0.5 where there are none.
    """
    if finding.outcome is RuleOutcome.IRRELEVANT:
        return 0.0
    groups = [[_holds(atom) for atom in group] for group in finding.groups]
    known = [[one for one in group if one is not None] for group in groups]
    least = min((max(group) for group in known if group), default=_HALF)
    if finding.outcome is RuleOutcome.VIOLATED:
        return max(least, _HALF)
    return min(least, _JUST_UNDER) if finding.outcome is RuleOutcome.CLEARED else least


def _standing_score(finding: RuleFinding, violated: bool) -> float:
    """`score`, on the side of 0.5 where a reviewer put the rule."""
    said = score(finding)
    if violated == (finding.outcome is RuleOutcome.VIOLATED):
        return said
    return max(said, _HALF) if violated else min(said, _JUST_UNDER)


def _holds(atom: AtomFinding) -> float | None:
    """How sure it is that an atom holds; None where it was not asked about."""
    told = atom.scores
    yes = told.reasoning if atom.decided_by is Stage.REASONING else told.image
    if yes is None:
        return None
    return 1.0 - yes if atom.negated else yes


def _detail(decision: Told, keys: KeysOf) -> Detail:
    verdict = decision.verdict
    return Detail(
        decision=decision.id,
        reused_from=decision.reused_from,
        outcome=verdict.outcome,
        violated=verdict.violated,
        standing=decision.standing,
        action=verdict.action,
        reason=verdict.reason,
        code=verdict.code,
        constitution=decision.constitution,
        version=decision.version,
        rules=tuple(
            RuleDetail(
                id=finding.rule_id,
                outcome=finding.outcome,
                score=score(finding),
                severity=finding.severity,
                action=finding.action,
                reason=finding.reason,
                categories=keys.get(finding.rule_id, ()),
            )
            for finding in verdict.rules
        ),
    )
