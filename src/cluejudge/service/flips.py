"""Where a version of a constitution differs from what was decided, and from what is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from cluejudge.service.courts import Court
from cluejudge.settings import Frozen
from cluejudge.store.records import Case, Decision
from cluejudge.verdict import Outcome, RuleOutcome, Verdict


class Stand(StrEnum):
    """How a verdict stands to a rule: `absent` where it does not have the rule."""

    VIOLATED = "violated"
    KEPT = "kept"
    OPEN = "open"
    ABSENT = "absent"


_STANDS = {
    RuleOutcome.VIOLATED: Stand.VIOLATED,
    RuleOutcome.CLEARED: Stand.KEPT,
    RuleOutcome.IRRELEVANT: Stand.KEPT,
    RuleOutcome.UNSURE: Stand.OPEN,
    RuleOutcome.NOT_JUDGED: Stand.OPEN,
}


class RuleFlip(Frozen):
    """A rule that came out otherwise."""

    rule: str
    before: Stand
    after: Stand


class Flip(Frozen):
    """An image that came out otherwise than it was decided."""

    decision: str
    sha256: str
    before: Outcome
    after: Outcome
    rules: tuple[RuleFlip, ...]


class RuleCount(RuleFlip):
    """How many images came out otherwise in this way."""

    images: int


class FailedCase(Frozen):
    """A case that the version gets wrong, or on which it could not be judged, with the `reason`."""

    case: str
    sha256: str
    expected_outcome: Outcome
    expected_violated: tuple[str, ...]
    outcome: Outcome | None = None
    violated: tuple[str, ...] = ()
    reason: str = ""


class NotCompared(Frozen):
    """A past decision on which the version could not be judged."""

    decision: str
    reason: str


class DryRun(Frozen):
    """What a version would have made of images of the past.

    `compared` images that were decided came out as they did or are among the `flips`. Of the
    regression cases `passed` came out as expected. Where it is not `complete`, time ran out, and
    `left` images and cases, as far as they were found, were not judged. The `note` says why there
    was nothing to try. Nothing of it is a decision, and none of it is on record.
    """

    constitution: str
    version: int
    compared: int
    flips: tuple[Flip, ...]
    by_rule: tuple[RuleCount, ...]
    not_compared: tuple[NotCompared, ...]
    passed: int
    failed: tuple[FailedCase, ...]
    left: int
    complete: bool
    note: str = ""


_NOTHING = (
    "nothing was tried: there is no regression case, and no kept image was asked for or found; "
    "`cluejudge serve --keep-images` keeps those of coming decisions"
)


def told(
    court: Court,
    cases: Collection[Case],
    decisions: Iterable[Decision],
    judged: Mapping[str, Verdict | str],
    *,
    complete: bool,
) -> DryRun:
    """What came of a run.

    `judged` says what was made of an image, by its sha256, or why nothing could be.
    """
    flips, not_compared = [], []
    compared = left = 0
    for decision in decisions:
        got = judged.get(decision.sha256)
        if got is None:
            left += 1
        elif isinstance(got, str) or got.outcome is Outcome.ERROR:
            not_compared.append(NotCompared(decision=decision.id, reason=_reason(got)))
        else:
            compared += 1
            flips += [flip] if (flip := flipped(decision, got)) else []
    tried = [(case, judged[case.sha256]) for case in cases if case.sha256 in judged]
    failed = [_failed(case, got) for case, got in tried if not _passes(case, got)]
    left += len(cases) - len(tried)
    return DryRun(
        constitution=court.name,
        version=court.version,
        compared=compared,
        flips=tuple(flips),
        by_rule=_counted(flips),
        not_compared=tuple(not_compared),
        passed=len(tried) - len(failed),
        failed=tuple(failed),
        left=left,
        complete=complete,
        note="" if compared or left or not_compared or tried else _NOTHING,
    )


def flipped(decision: Decision, after: Verdict) -> Flip | None:
    """In what `after` differs from what was decided; None where in nothing.

    A rule that an image keeps makes no difference by coming in or by going.
    """
    old, new = _stands(decision.verdict), _stands(after)
    rules = tuple(
        RuleFlip(rule=rule, before=was, after=now)
        for rule in dict.fromkeys([*old, *new])
        if (was := old.get(rule, Stand.ABSENT)) != (now := new.get(rule, Stand.ABSENT))
        and {was, now} != _NOTHING_SAID
    )
    if not rules and decision.verdict.outcome is after.outcome:
        return None
    return Flip(
        decision=decision.id,
        sha256=decision.sha256,
        before=decision.verdict.outcome,
        after=after.outcome,
        rules=rules,
    )


_NOTHING_SAID = {Stand.ABSENT, Stand.KEPT}


def _stands(verdict: Verdict) -> dict[str, Stand]:
    return {finding.rule_id: _STANDS[finding.outcome] for finding in verdict.rules}


def _counted(flips: Iterable[Flip]) -> tuple[RuleCount, ...]:
    counts: dict[RuleFlip, int] = {}
    for flip in flips:
        for rule in flip.rules:
            counts[rule] = counts.get(rule, 0) + 1
    rows = [RuleCount(**rule.model_dump(), images=images) for rule, images in counts.items()]
    return tuple(sorted(rows, key=lambda one: (-one.images, one.rule, one.before, one.after)))


def _passes(case: Case, got: Verdict | str) -> bool:
    if isinstance(got, str) or got.outcome is not case.expected_outcome:
        return False
    return set(got.violated) == set(case.expected_violated)


def _failed(case: Case, got: Verdict | str) -> FailedCase:
    return FailedCase(
        case=case.id,
        sha256=case.sha256,
        expected_outcome=case.expected_outcome,
        expected_violated=case.expected_violated,
        outcome=got.outcome if isinstance(got, Verdict) else None,
        violated=got.violated if isinstance(got, Verdict) else (),
        reason=_reason(got),
    )


def _reason(got: Verdict | str) -> str:
    return got if isinstance(got, str) else got.reason
