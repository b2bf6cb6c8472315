"""The review of decisions: who has which one before them, and what was said of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection, select

from cluejudge.errors import UsageError
from cluejudge.store import log, queue
from cluejudge.store.database import Database, holdable
from cluejudge.store.decisions import Decisions
from cluejudge.store.ids import new_id
from cluejudge.store.overruling import checked
from cluejudge.store.records import (
    Decision,
    EntryKind,
    Item,
    NewEntry,
    QueueFilter,
    Review,
    ReviewDraft,
)
from cluejudge.store.tables import decisions, entries, leases, overrides, reviews
from cluejudge.store.texts import named
from cluejudge.store.times import stamp

LOOKED_AT = ("item", "image")
"""What a reviewer can look at: the findings, or the picture itself."""

_TRIED = 16
"""How many decisions are looked up at a time: what others take meanwhile costs no second search."""


class Reviews:
    """The queue of what waits for a reviewer, and the reviews.

    A reviewer holds a decision for some seconds (a lease), and no other is given it meanwhile. It
    leaves the queue when it is answered; who skips it is not shown it again, the others are.
    """

    def __init__(self, database: Database, decisions: Decisions) -> None:
        self._database = database
        self._decisions = decisions

    def next(self, reviewer: str, *, which: QueueFilter, lease_s: float) -> Item | None:
        """The decision that `reviewer` holds already, else the first that is free; now theirs.

        In the order abstain, error, unsafe, safe, the oldest first of each. None if none is left
        for them.
        """
        named("a reviewer", reviewer)
        if not holdable(which.constitution, which.rule):
            return None
        while True:
            # Looked up before writing, so that a long search keeps no decision from being recorded.
            with self._database.reading() as connection:
                found = queue.first(connection, which, reviewer, self._database.at(), _TRIED)
            if not found:
                return None
            taken = self._take(found, which, reviewer, lease_s)
            if taken is not None:
                return taken

    def waiting(self, which: QueueFilter) -> int:
        """How many decisions nobody has answered yet, held and skipped ones too."""
        if not holdable(which.constitution, which.rule):
            return 0
        with self._database.reading() as connection:
            return queue.count(connection, which)

    def newest(self, which: QueueFilter, limit: int) -> tuple[Decision, ...]:
        """Up to `limit` of those that `waiting` counts, the newest first; they are not taken."""
        if not holdable(which.constitution, which.rule):
            return ()
        with self._database.reading() as connection:
            found = queue.newest(connection, which, limit)
        return tuple(map(self._decision, found))

    def hold(self, decision_id: str, reviewer: str, lease_s: float) -> bool:
        """Give this decision to `reviewer`, or hold it longer; False if another holds it.

        An answered one too: to be reviewed a second time. Raises UsageError for an unknown one.
        """
        named("a reviewer", reviewer)
        with self._database.writing() as connection:
            _must_exist(connection, decision_id)
            if _holder(connection, decision_id, self._database.at()) not in {None, reviewer}:
                return False
            self._lease(connection, decision_id, reviewer, lease_s)
        return True

    def release(self, decision_id: str, reviewer: str) -> None:
        """Give the decision back unanswered, if `reviewer` holds it."""
        if not holdable(decision_id, reviewer):
            return
        with self._database.writing() as connection:
            _release(connection, decision_id, reviewer)

    def give(self, draft: ReviewDraft) -> Review:
        """Record a review, and free the decision.

        The same review given twice is recorded once; of several of one reviewer the newest
        counts. Raises UsageError if another reviewer holds the decision, and for a review that
        does not go with it (see `overruling.checked`).
        """
        named("a reviewer", draft.reviewer)
        checked_draft = checked(draft, self._decision(draft.decision_id))
        with self._database.writing() as connection:
            at = self._database.at()
            if _holder(connection, draft.decision_id, at) not in {None, draft.reviewer}:
                raise UsageError(
                    "another reviewer has this decision before them by now",
                    hint="take the next one",
                )
            _release(connection, draft.decision_id, draft.reviewer)
            earlier = _reviews(connection, {draft.decision_id}, draft.reviewer)
            if earlier and _says(earlier[-1]) == _says(checked_draft):
                return earlier[-1]
            review_id = new_id("rev", self._database.now())
            return _record(connection, checked_draft, review_id, at)

    def of(self, decision_id: str) -> tuple[Review, ...]:
        """The reviews of a decision, the oldest first; skips too.

        Of one that was reused also those of the first, which was reviewed for all of them.
        """
        if not holdable(decision_id):
            return ()
        reused = select(decisions.c.reused_from).where(decisions.c.id == decision_id)
        with self._database.reading() as connection:
            return tuple(_reviews(connection, {decision_id, connection.scalar(reused) or ""}))

    def looked(self, decision_id: str, reviewer: str, what: str) -> None:
        """Put on record that `reviewer` looked at a decision's findings (item) or its image."""
        named("a reviewer", reviewer)
        if what not in LOOKED_AT:
            raise UsageError(f"nobody can look at {what!r}", hint=f"say {' or '.join(LOOKED_AT)}")
        look = NewEntry(EntryKind.LOOK, decision_id, {"reviewer": reviewer, "what": what})
        with self._database.writing() as connection:
            _must_exist(connection, decision_id)
            log.append(connection, [look], at=self._database.at())

    def _take(
        self, found: list[str], which: QueueFilter, reviewer: str, lease_s: float
    ) -> Item | None:
        """The first of `found` that is still free, now held; None if all are gone by now."""
        with self._database.writing() as connection:
            at = self._database.at()
            for decision_id in found:
                if queue.still(connection, decision_id, which, reviewer, at):
                    until = self._lease(connection, decision_id, reviewer, lease_s)
                    break
            else:
                return None
        return Item(self._decision(decision_id), until)

    def _lease(
        self, connection: Connection, decision_id: str, reviewer: str, lease_s: float
    ) -> str:
        until = stamp(self._database.now() + timedelta(seconds=lease_s))
        connection.execute(leases.delete().where(leases.c.decision_id == decision_id))
        connection.execute(
            leases.insert().values(decision_id=decision_id, reviewer=reviewer, until=until)
        )
        return until

    def _decision(self, decision_id: str) -> Decision:
        decision = self._decisions.get(decision_id)
        if decision is None:
            raise _unknown(decision_id)
        return decision


def _holder(connection: Connection, decision_id: str, at: str) -> str | None:
    query = select(leases.c.reviewer)
    return connection.scalar(query.where(leases.c.decision_id == decision_id, leases.c.until > at))


def _release(connection: Connection, decision_id: str, reviewer: str) -> None:
    connection.execute(
        leases.delete().where(leases.c.decision_id == decision_id, leases.c.reviewer == reviewer)
    )


def _reviews(
    connection: Connection, decision_ids: Collection[str], reviewer: str = ""
) -> list[Review]:
    query = select(entries.c.seq, entries.c.at, entries.c.body).join(
        reviews, reviews.c.seq == entries.c.seq
    )
    query = query.where(reviews.c.decision_id.in_(decision_ids)).order_by(entries.c.seq)
    if reviewer:
        query = query.where(reviews.c.reviewer == reviewer)
    return [
        Review.model_validate({**json.loads(row.body), "seq": row.seq, "at": row.at})
        for row in connection.execute(query)
    ]


def _says(review: ReviewDraft) -> ReviewDraft:
    return ReviewDraft(**{name: getattr(review, name) for name in ReviewDraft.model_fields})


def _record(connection: Connection, draft: ReviewDraft, review_id: str, at: str) -> Review:
    body = {"id": review_id, **draft.model_dump(mode="json")}
    (entry,) = log.append(connection, [NewEntry(EntryKind.REVIEW, draft.decision_id, body)], at=at)
    review = Review(id=review_id, seq=entry.seq, at=at, **dict(draft))
    row = review.model_dump(include={"id", "seq", "decision_id", "reviewer", "at"})
    connection.execute(
        reviews.insert().values(
            row | {"answer": draft.answer.value, "outcome": draft.outcome.value}
        )
    )
    for override in draft.overrides:
        connection.execute(
            overrides.insert().values(
                review_id=review_id, rule_id=override.rule_id, outcome=override.outcome.value
            )
        )
    return review


def _must_exist(connection: Connection, decision_id: str) -> None:
    query = select(decisions.c.id).where(decisions.c.id == decision_id)
    if not holdable(decision_id) or connection.scalar(query) is None:
        raise _unknown(decision_id)


def _unknown(decision_id: str) -> UsageError:
    return UsageError(f"there is no decision {decision_id!r}")
