"""Idempotency keys: of several equal requests one is answered, the others get its answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, and_, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from cluejudge.errors import UsageError
from cluejudge.store.database import Database, holdable
from cluejudge.store.tables import claims
from cluejudge.store.times import stamp

LONGEST = 255
"""Characters of an idempotency key."""


class ClaimState(StrEnum):
    """What became of a claim on an idempotency key.

    `new`: it is ours, answer the request. `same`: the request was answered, by `decisions`.
    `conflict`: another request has the key. `under_way`: the same request is being answered.
    """

    NEW = "new"
    SAME = "same"
    CONFLICT = "conflict"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on an idempotency key of an API key, held since `at` and until `until`.

    `decisions` are the ids of what answered the request, where it was answered.
    """

    state: ClaimState
    key: str
    idempotency: str
    request: str
    at: str
    until: str
    decisions: tuple[str, ...] = ()


def claim(database: Database, key: str, idempotency: str, request: str, lease_s: float) -> Claim:
    """Claim `idempotency` of `key` for the request with the digest `request`.

    Whoever claims has `lease_s` seconds to answer: a claim whose process was killed is free after
    them. Raises UsageError for an idempotency key that is empty or too long.
    """
    if not (0 < len(idempotency) <= LONGEST and holdable(idempotency)):
        raise UsageError(f"an idempotency key has 1 to {LONGEST} characters and no zero byte")
    with database.writing() as connection:
        now = database.now()
        mine = Claim(
            ClaimState.NEW, key, idempotency, request, stamp(now), stamp(_after(now, lease_s))
        )
        row = connection.execute(select(claims).where(_is(mine))).first()
        if row is not None:
            held = _held(row, request, lease_s)
            if held.decisions or held.until > mine.at:
                return held
            connection.execute(delete(claims).where(_is(mine)))
        connection.execute(
            insert(claims).values(
                key=key, idempotency=idempotency, request=request, decisions="[]", at=mine.at
            )
        )
        return mine


def settle(connection: Connection, mine: Claim, decisions: Sequence[str]) -> bool:
    """Note what answered the request; False where another has taken the claim over since."""
    if not decisions:
        raise ValueError("a claim is settled by decisions")
    noted = update(claims).where(_is_still(mine)).values(decisions=json.dumps([*decisions]))
    return connection.execute(noted).rowcount == 1


def release(database: Database, mine: Claim) -> None:
    """Give the claim up unanswered; nothing where it was settled or taken over."""
    with database.writing() as connection:
        connection.execute(delete(claims).where(_is_still(mine)))


def _held(row: Row[tuple[object, ...]], request: str, lease_s: float) -> Claim:
    facts = row._mapping
    decisions = tuple(json.loads(facts["decisions"]))
    if facts["request"] != request:
        state = ClaimState.CONFLICT
    else:
        state = ClaimState.SAME if decisions else ClaimState.UNDER_WAY
    until = stamp(_after(datetime.fromisoformat(facts["at"]), lease_s))
    return Claim(state, facts["key"], facts["idempotency"], request, facts["at"], until, decisions)


def _after(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)


def _is(mine: Claim) -> ColumnElement[bool]:
    return and_(claims.c.key == mine.key, claims.c.idempotency == mine.idempotency)


def _is_still(mine: Claim) -> ColumnElement[bool]:
    # Who takes a claim over writes a later time, and so whose it is can be told by the time.
    return and_(_is(mine), claims.c.at == mine.at, claims.c.decisions == "[]")
