"""The one door to the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from cluejudge.store import migrate
from cluejudge.store.database import Database
from cluejudge.store.decisions import Decisions
from cluejudge.store.times import utcnow
from cluejudge.store.urls import open_engine


class Store:
    """A record and its parts, over one database; safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.decisions = Decisions(database)

    @classmethod
    def open(cls, url: str, *, now: Callable[[], datetime] = utcnow) -> Store:
        """Open the record at `url` (see `open_engine`); its tables are made or brought up to date.

        `now` gives the time with its zone. Raises UsageError for a URL that is none, StoreError
        where the database does not answer or a newer version made it.
        """
        database = Database(open_engine(url), now=now)
        try:
            migrate.upgrade(database)
        except BaseException:
            database.engine.dispose()
            raise
        return cls(database)

    def close(self) -> None:
        """Give up the connections; what was recorded is on disk already."""
        self.database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
