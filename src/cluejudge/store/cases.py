"""Regression cases: pictures whose verdict every later version has to get right."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from cluejudge.errors import UsageError
from cluejudge.store import log
from cluejudge.store.database import Database, holdable
from cluejudge.store.ids import new_id
from cluejudge.store.images import KeptImages, pin
from cluejudge.store.records import Case, EntryKind, NewEntry
from cluejudge.store.tables import cases
from cluejudge.store.texts import named, written
from cluejudge.verdict import Outcome


class Cases:
    """The cases of all constitutions. A picture is one case of a constitution, and stays kept."""

    def __init__(self, database: Database, images: KeptImages) -> None:
        self._database = database
        self._images = images

    def add(
        self,
        *,
        constitution: str,
        sha256: str,
        expected_outcome: Outcome,
        expected_violated: Sequence[str],
        from_decision: str,
        by: str,
        note: str = "",
    ) -> Case:
        """Make the kept image `sha256` a case; what it was to be before is replaced.

        The same case is added once. Raises UsageError if the image is not kept, and if the
        outcome does not go with the violated rules.
        """
        named("a constitution", constitution)
        _check(expected_outcome, expected_violated)
        if self._images.read(sha256) is None:
            raise _no_picture()
        with self._database.writing() as connection:
            at = self._database.at()
            case = Case(
                id=new_id("case", self._database.now()),
                constitution=constitution,
                sha256=sha256,
                expected_outcome=expected_outcome,
                expected_violated=tuple(sorted(set(expected_violated))),
                from_decision=named("the decision", from_decision),
                by=named("who makes a case", by),
                at=at,
                note=written("a note", note),
            )
            if not pin(connection, sha256, at):
                raise _no_picture()
            return _put(connection, case)

    def list(self, constitution: str | None = None) -> tuple[Case, ...]:
        """The cases of a constitution, or all, the oldest first."""
        query = select(cases).order_by(cases.c.at, cases.c.id)
        if constitution is not None:
            if not holdable(constitution):
                return ()
            query = query.where(cases.c.constitution == constitution)
        with self._database.reading() as connection:
            return tuple(map(_case, connection.execute(query).mappings()))

    def remove(self, id: str, by: str) -> None:
        """Take a case away; its picture expires unless another case needs it.

        Raises UsageError if there is no such case.
        """
        named("who removes a case", by)
        with self._database.writing() as connection:
            case = _get(connection, id) if holdable(id) else None
            if case is None:
                raise UsageError(f"there is no case {id!r}")
            connection.execute(cases.delete().where(cases.c.id == id))
            if not _needed(connection, case.sha256):
                self._images.unpinned(connection, case.sha256)
            log.append(connection, [_removed(case, by)], at=self._database.at())


def _check(outcome: Outcome, violated: Sequence[str]) -> None:
    if outcome is Outcome.ERROR:
        raise UsageError("a case cannot expect an error")
    if (outcome is Outcome.UNSAFE) != bool(violated):
        raise UsageError(
            f"a case cannot expect {outcome} with {len(violated)} violated rules",
            hint="unsafe is what violates a rule, and nothing else",
        )


def _no_picture() -> UsageError:
    return UsageError(
        "a case needs its picture, and this one is not kept",
        hint="have the service keep images, and judge it again",
    )


def _put(connection: Connection, case: Case) -> Case:
    """Put `case` in the place of that of the same picture; the one there if it says the same."""
    earlier = _same_picture(connection, case)
    if earlier is not None and _says(earlier) == _says(case):
        return earlier
    gone = [] if earlier is None else [_removed(earlier, case.by)]
    connection.execute(cases.delete().where(cases.c.id.in_([each.subject for each in gone])))
    connection.execute(cases.insert().values(_row(case)))
    body = {"change": "added", **case.model_dump(mode="json")}
    log.append(connection, [*gone, NewEntry(EntryKind.CASE, case.id, body)], at=case.at)
    return case


def _same_picture(connection: Connection, case: Case) -> Case | None:
    query = select(cases).where(
        cases.c.constitution == case.constitution, cases.c.sha256 == case.sha256
    )
    row = connection.execute(query).mappings().first()
    return _case(row) if row is not None else None


def _get(connection: Connection, id: str) -> Case | None:
    row = connection.execute(select(cases).where(cases.c.id == id)).mappings().first()
    return _case(row) if row is not None else None


def _needed(connection: Connection, sha256: str) -> bool:
    return connection.scalar(select(cases.c.id).where(cases.c.sha256 == sha256)) is not None


def _says(case: Case) -> tuple[Outcome, tuple[str, ...], str]:
    return case.expected_outcome, case.expected_violated, case.note


def _removed(case: Case, by: str) -> NewEntry:
    body = {"change": "removed", "by": by, "constitution": case.constitution}
    return NewEntry(EntryKind.CASE, case.id, body)


def _row(case: Case) -> dict[str, object]:
    violated = json.dumps(case.expected_violated)
    outcome = case.expected_outcome.value
    return case.model_dump() | {"expected_violated": violated, "expected_outcome": outcome}


def _case(row: RowMapping) -> Case:
    return Case.model_validate({**row, "expected_violated": json.loads(row["expected_violated"])})
