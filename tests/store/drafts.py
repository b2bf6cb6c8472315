"""Decisions to record, with as little in them as a test needs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from cluejudge.constitution import Severity
from cluejudge.store.records import DecisionDraft, Source
from cluejudge.verdict import Outcome, RuleFinding, RuleOutcome, Verdict

_NUMBERS = itertools.count(1)


def rule(rule_id: str, outcome: RuleOutcome) -> RuleFinding:
    """What was found for one rule."""
    return RuleFinding(
        rule_id=rule_id,
        text=f"No {rule_id}.",
        severity=Severity.HIGH,
        action="block",
        outcome=outcome,
    )


def draft(
    outcome: Outcome = Outcome.SAFE,
    rules: Mapping[str, RuleOutcome] | None = None,
    *,
    verdict: Mapping[str, Any] | None = None,
    **fields: Any,
) -> DecisionDraft:
    """A decision with a new id, all of whose fields may be given."""
    findings = tuple(rule(*each) for each in (rules or {}).items())
    told = Verdict(
        image="photo.png",
        outcome=outcome,
        rules=findings,
        violated=tuple(each.rule_id for each in findings if each.outcome is RuleOutcome.VIOLATED),
    )
    defaults: dict[str, Any] = {
        "id": f"dec_{next(_NUMBERS):032x}",
        "name": "photo.png",
        "sha256": "a" * 64,
        "constitution": "streets",
        "version": 1,
        "fingerprint": "f" * 64,
        "source": Source.UPLOAD,
        "key": "app",
        "verdict": told.model_copy(update=dict(verdict or {})),
    }
    return DecisionDraft(**{**defaults, **fields})
