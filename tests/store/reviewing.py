"""What reviewers do, as tests write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cluejudge.store.records import (
    Answer,
    Decision,
    EntryKind,
    QueueFilter,
    Review,
    ReviewDraft,
    RuleOverride,
)
from cluejudge.store.store import Store
from cluejudge.store.tables import entries
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store.drafts import draft

LEASE = 600.0


ALL = QueueFilter(sample=1.0)


VIOLATED, CLEARED, UNSURE = RuleOutcome.VIOLATED, RuleOutcome.CLEARED, RuleOutcome.UNSURE


def record(
    store: Store,
    outcome: Outcome = Outcome.ABSTAIN,
    rules: Mapping[str, RuleOutcome] | None = None,
    **fields: Any,
) -> Decision:
    return store.decisions.record([draft(outcome, rules, **fields)])[0]


def unsafe(store: Store, *rules: str, **fields: Any) -> Decision:
    return record(store, Outcome.UNSAFE, dict.fromkeys(rules or ("knives",), VIOLATED), **fields)


def take(store: Store, reviewer: str, which: QueueFilter = ALL) -> str | None:
    item = store.reviews.next(reviewer, which=which, lease_s=LEASE)
    return item.decision.id if item is not None else None


def say(store: Store, decision: Decision, reviewer: str, answer: Answer = Answer.AGREE) -> Review:
    return store.reviews.give(
        ReviewDraft(
            decision_id=decision.id,
            reviewer=reviewer,
            answer=answer,
            outcome=decision.verdict.outcome,
        )
    )


def overrule(
    store: Store,
    decision: Decision,
    reviewer: str,
    rules: Mapping[str, RuleOutcome],
    outcome: Outcome,
) -> Review:
    overrides = tuple(
        RuleOverride(rule_id=rule, outcome=said, reason="I see it") for rule, said in rules.items()
    )
    return store.reviews.give(
        ReviewDraft(
            decision_id=decision.id,
            reviewer=reviewer,
            answer=Answer.OVERRULE,
            outcome=outcome,
            overrides=overrides,
        )
    )


def worked_off(store: Store, which: QueueFilter = ALL, reviewer: str = "ana") -> list[str]:
    """What a reviewer is given, one after the other, agreeing with all."""
    seen = []
    while (item := store.reviews.next(reviewer, which=which, lease_s=LEASE)) is not None:
        seen.append(item.decision.id)
        say(store, item.decision, reviewer)
    return seen


def bodies(store: Store, kind: EntryKind) -> list[dict[str, Any]]:
    query = select(entries.c.body).where(entries.c.kind == kind.value).order_by(entries.c.seq)
    with store.database.reading() as connection:
        return [json.loads(body) for body in connection.scalars(query)]
