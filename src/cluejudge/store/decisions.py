"""Decisions: recorded whole in the log, and found by an index over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select
from sqlalchemy.sql import ColumnElement

from cluejudge.store import claims, log
from cluejudge.store.claims import Claim
from cluejudge.store.database import Database, holdable
from cluejudge.store.records import (
    Answer,
    Decision,
    DecisionDraft,
    DecisionFilter,
    EntryKind,
    NewEntry,
    Page,
)
from cluejudge.store.tables import decisions, doubts, entries, reviews, violations
from cluejudge.store.times import instant
from cluejudge.verdict import Cause, Outcome, RuleOutcome

SHARES = 1_000_000
"""How many shares the decisions fall into, by their ids; see `sampling`."""

_OPEN = {RuleOutcome.UNSURE.value, RuleOutcome.NOT_JUDGED.value}

_WHOLE = select(entries.c.seq, entries.c.at, entries.c.body).join_from(entries, decisions)


class Decisions:
    """The decisions of a record, and the idempotency keys of the requests for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        drafts: Sequence[DecisionDraft],
        *,
        settles: Mapping[Claim, Sequence[str]] | None = None,
    ) -> list[Decision]:
        """Record decisions in one transaction, all or none; they are on disk when this returns.

        `settles` says of claims by which of the decisions they are answered; one that another took
        over since stays with the other. Raises StoreError where nothing could be recorded.
        """
        bodies = [draft.model_dump(mode="json") for draft in drafts]
        with self._database.writing() as connection:
            at = self._database.at()
            new = [NewEntry(EntryKind.DECISION, str(body["id"]), body) for body in bodies]
            appended = log.append(connection, new, at=at)
            seqs = [entry.seq for entry in appended]
            _index(connection, bodies, seqs, at)
            for claim, answered in (settles or {}).items():
                claims.settle(connection, claim, answered)
        return [
            Decision(**dict(draft), seq=seq, at=at) for draft, seq in zip(drafts, seqs, strict=True)
        ]

    def get(self, id: str) -> Decision | None:
        """The decision with this id."""
        if not holdable(id):
            return None
        return self._first(_WHOLE.where(decisions.c.id == id))

    def find(self, wanted: DecisionFilter) -> Page:
        """The decisions that are wanted, the newest first.

        Raises UsageError for times that are none.
        """
        if not holdable(wanted.rule, wanted.constitution, wanted.sha256, wanted.key):
            return Page((), None)
        query = _WHOLE.where(*_conditions(wanted)).order_by(decisions.c.seq.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query.limit(wanted.limit + 1)).all()
        items = tuple(map(_decision, rows[: wanted.limit]))
        return Page(items, items[-1].seq if len(rows) > wanted.limit else None)

    def same(self, sha256: str, fingerprint: str) -> Decision | None:
        """The newest decision on this image by all that `fingerprint` stands for.

        None where there is none that another judgement would come to as well: an error may pass,
        and so may a want of time.
        """
        if not sha256 or not holdable(sha256, fingerprint):
            return None
        query = _WHOLE.where(
            decisions.c.sha256 == sha256,
            decisions.c.fingerprint == fingerprint,
            decisions.c.outcome != Outcome.ERROR.value,
        )
        found = self._first(query.order_by(decisions.c.seq.desc()).limit(1))
        return None if found is None or _short_of_time(found) else found

    def claim(self, key: str, idempotency: str, request: str, *, lease_s: float = 120.0) -> Claim:
        """Claim an idempotency key for a request, for `lease_s` seconds; see `claims.claim`."""
        return claims.claim(self._database, key, idempotency, request, lease_s)

    def settle(self, claim: Claim, ids: Sequence[str]) -> bool:
        """Say which decisions answered a request; False where another has taken its claim over."""
        with self._database.writing() as connection:
            return claims.settle(connection, claim, ids)

    def release(self, claim: Claim) -> None:
        """Give a claim up: its request was not answered, and may be made again at once."""
        claims.release(self._database, claim)

    def _first(self, query: Select[Any, Any, Any]) -> Decision | None:
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _decision(row) if row else None


def row_of(body: Mapping[str, Any], seq: int, at: str) -> dict[str, Any]:
    """The row of the index for a decision, from what its entry says."""
    columns = ("id", "sha256", "constitution", "version", "fingerprint", "key", "reused_from")
    return {
        **{column: body[column] for column in columns},
        "seq": seq,
        "at": at,
        "outcome": body["verdict"]["outcome"],
        "sampling": sampling(body["id"]),
    }


def violated(body: Mapping[str, Any]) -> set[str]:
    """The ids of the rules that are violated, from what a decision's entry says."""
    return set(body["verdict"]["violated"])


def doubted(body: Mapping[str, Any]) -> set[str]:
    """The ids of the rules that were left open, from what a decision's entry says."""
    return {rule["rule_id"] for rule in body["verdict"]["rules"] if rule["outcome"] in _OPEN}


def sampling(id: str) -> int:
    """In which of the `SHARES` a decision is: by chance, but always the same."""
    return int(hashlib.sha256(id.encode()).hexdigest()[:16], 16) % SHARES


def _index(
    connection: Connection, bodies: Sequence[Mapping[str, Any]], seqs: Sequence[int], at: str
) -> None:
    rows = [row_of(body, seq, at) for body, seq in zip(bodies, seqs, strict=True)]
    if rows:
        connection.execute(insert(decisions), rows)
    for table, rules_of in ((violations, violated), (doubts, doubted)):
        rules = [
            {"decision_id": body["id"], "rule_id": rule}
            for body in bodies
            for rule in sorted(rules_of(body))
        ]
        if rules:
            connection.execute(insert(table), rules)


def _conditions(wanted: DecisionFilter) -> list[ColumnElement[bool]]:
    columns = decisions.c
    conditions = [
        columns[name] == value
        for name in ("constitution", "version", "sha256", "key")
        if (value := getattr(wanted, name))
    ]
    if wanted.outcomes:
        conditions.append(columns.outcome.in_([outcome.value for outcome in wanted.outcomes]))
    if wanted.rule:
        rule = select(violations.c.decision_id).where(violations.c.rule_id == wanted.rule)
        conditions.append(columns.id.in_(rule))
    if wanted.since:
        conditions.append(columns.at >= instant(wanted.since))
    if wanted.until:
        conditions.append(columns.at < instant(wanted.until))
    if wanted.before is not None:
        conditions.append(columns.seq < wanted.before)
    if wanted.reviewed is not None:
        reviewed = exists().where(
            reviews.c.decision_id.in_([columns.id, columns.reused_from]),
            reviews.c.answer != Answer.SKIP.value,
        )
        conditions.append(reviewed if wanted.reviewed else ~reviewed)
    return conditions


def _decision(row: Row[Any, Any, Any]) -> Decision:
    return Decision.model_validate({**json.loads(row.body), "seq": row.seq, "at": row.at})


def _short_of_time(decision: Decision) -> bool:
    verdict = decision.verdict
    return verdict.code == Cause.BUDGET and verdict.budget.seconds is not None
