"""Who took which decisions out of the record, on record."""

from __future__ import annotations

from cluejudge.store import log
from cluejudge.store.database import Database
from cluejudge.store.ids import new_id
from cluejudge.store.records import DecisionFilter, EntryKind, NewEntry
from cluejudge.store.texts import named


class Exports:
    """The exports; of each, only that it was begun."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begun(self, form: str, wanted: DecisionFilter, by: str) -> str:
        """Record that `by` takes the decisions that are `wanted` in the format `form`; its id."""
        named("who exports", by)
        asked = wanted.model_dump(mode="json", exclude={"limit"}, exclude_defaults=True)
        with self._database.writing() as connection:
            export_id = new_id("exp", self._database.now())
            body = {"id": export_id, "format": form, "by": by, "wanted": asked}
            entry = NewEntry(EntryKind.EXPORT, export_id, body)
            log.append(connection, [entry], at=self._database.at())
        return export_id
