"""Which decisions wait for a reviewer, and in which order: conditions on the tables."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, true

from cluejudge.store.decisions import SHARES
from cluejudge.store.records import Answer, QueueFilter
from cluejudge.store.tables import decisions, doubts, leases, reviews, violations
from cluejudge.verdict import Outcome

_CAME = decisions.c.sha256 != ""
ORDER = (
    (Outcome.ABSTAIN, true()),
    (Outcome.ERROR, _CAME),
    (Outcome.UNSAFE, true()),
    (Outcome.ERROR, ~_CAME),
    (Outcome.SAFE, true()),
)
"""What nobody has decided comes first, and a check of what looks safe last.

Where no image came at all, as from a URL that was refused, there is nothing for a reviewer to
decide by, so that this waits behind what is unsafe.
"""


def waiting(which: QueueFilter) -> list[ColumnElement[bool]]:
    """In their order, for each kind that is wanted: what a decision must be to wait.

    Nobody has answered it, and it is the first of its picture: of one that was judged before by
    the same rules and models, the first decision stands for all. With `rule` it is one that the
    rule was violated in or left open.
    """
    return [
        and_(decisions.c.outcome == outcome.value, kind, clause, *_asked_for(which), *_unanswered())
        for outcome, kind in ORDER
        if (clause := _wanted(which, outcome)) is not None
    ]


def count(connection: Connection, which: QueueFilter) -> int:
    """How many decisions wait."""
    queries = [select(func.count()).select_from(decisions).where(one) for one in waiting(which)]
    return sum(connection.scalar(query) or 0 for query in queries)


def newest(connection: Connection, which: QueueFilter, limit: int) -> list[str]:
    """The ids of the newest that wait, held and skipped ones too."""
    conditions = waiting(which)
    if not conditions:
        return []
    query = select(decisions.c.id).where(or_(*conditions))
    return list(connection.scalars(query.order_by(decisions.c.seq.desc()).limit(limit)))


def first(
    connection: Connection, which: QueueFilter, reviewer: str, at: str, limit: int
) -> list[str]:
    """The ids of the first decisions for `reviewer`: what they hold already, then by the order."""
    conditions = waiting(which)
    if not conditions:
        return []
    mine = and_(leases.c.reviewer == reviewer, leases.c.until > at)
    held = decisions.c.id.in_(select(leases.c.decision_id).where(mine))
    query = select(decisions.c.id).where(held, or_(*conditions), _open_to(reviewer, at))
    found = list(connection.scalars(query.order_by(decisions.c.seq).limit(limit)))
    for condition in conditions:
        query = select(decisions.c.id).where(condition, _open_to(reviewer, at), ~_held(mine))
        query = query.order_by(decisions.c.seq).limit(limit - len(found))
        found += connection.scalars(query) if len(found) < limit else ()
    return found


def still(
    connection: Connection, decision_id: str, which: QueueFilter, reviewer: str, at: str
) -> bool:
    """Whether a decision that waited a moment ago is still there for `reviewer`."""
    query = select(decisions.c.id).where(
        decisions.c.id == decision_id, or_(*waiting(which)), _open_to(reviewer, at)
    )
    return connection.scalar(query) is not None


def _open_to(reviewer: str, at: str) -> ColumnElement[bool]:
    """That no other holds the decision, and that `reviewer` has not skipped it."""
    skipped = exists().where(
        reviews.c.decision_id == decisions.c.id,
        reviews.c.reviewer == reviewer,
        reviews.c.answer == Answer.SKIP.value,
    )
    others = and_(leases.c.reviewer != reviewer, leases.c.until > at)
    return and_(~skipped, ~_held(others))


def _held(lease: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(leases.c.decision_id == decisions.c.id, lease)


def _wanted(which: QueueFilter, outcome: Outcome) -> ColumnElement[bool] | None:
    if outcome in which.outcomes:
        return decisions.c.sampling >= 0
    if outcome is Outcome.SAFE and which.sample > 0:
        return decisions.c.sampling < round(which.sample * SHARES)
    return None


def _asked_for(which: QueueFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.constitution:
        conditions.append(decisions.c.constitution == which.constitution)
    if which.rule:
        conditions.append(
            or_(
                *(
                    exists().where(
                        table.c.decision_id == decisions.c.id, table.c.rule_id == which.rule
                    )
                    for table in (violations, doubts)
                )
            )
        )
    return conditions


def _unanswered() -> list[ColumnElement[bool]]:
    answered = exists().where(
        reviews.c.decision_id == decisions.c.id, reviews.c.answer != Answer.SKIP.value
    )
    return [decisions.c.reused_from == "", ~answered]
