"""The one door to the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from cluejudge.store import figures, migrate
from cluejudge.store.cases import Cases
from cluejudge.store.constitutions import Constitutions
from cluejudge.store.database import Database
from cluejudge.store.decisions import Decisions
from cluejudge.store.exporting import Exports
from cluejudge.store.images import KeptImages
from cluejudge.store.keys import Keys
from cluejudge.store.reviews import Reviews
from cluejudge.store.sessions import Sessions
from cluejudge.store.times import utcnow
from cluejudge.store.urls import open_engine


class Store:
    """A record and its parts, over one database; safe to use from many threads.

    Images are kept in the folder or at the URL `images`, for `image_days`; without it, none is.
    """

    def __init__(
        self, database: Database, *, images: str | None = None, image_days: float = 30.0
    ) -> None:
        self.database = database
        self.decisions = Decisions(database)
        self.constitutions = Constitutions(database)
        self.keys = Keys(database)
        self.sessions = Sessions(database)
        self.reviews = Reviews(database, self.decisions)
        self.images = KeptImages(database, images, image_days)
        self.cases = Cases(database, self.images)
        self.exports = Exports(database)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        now: Callable[[], datetime] = utcnow,
        images: str | None = None,
        image_days: float = 30.0,
    ) -> Store:
        """Open the record at `url` (see `open_engine`); its tables are made or brought up to date.

        `now` gives the time with its zone, `images` is where images are kept (see `open_place`).
        Raises UsageError for a URL that is none, StoreError where the database does not answer or
        a newer version made it.
        """
        database = Database(open_engine(url), now=now)
        try:
            migrate.upgrade(database)
            return cls(database, images=images, image_days=image_days)
        except BaseException:
            database.engine.dispose()
            raise

    def figures(self, constitution: str | None = None) -> figures.Figures:
        """How often reviewers agreed, over all decisions or over those by one constitution."""
        return figures.figures(self.database, constitution)

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
