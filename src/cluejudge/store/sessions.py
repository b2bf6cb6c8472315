"""Sessions of the review page. The token of one is in the browser's cookie and nowhere kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import RowMapping, and_, or_, select

from cluejudge.errors import UsageError
from cluejudge.store.database import Database
from cluejudge.store.ids import new_id
from cluejudge.store.keys import hashed, scopes_of, scopes_text
from cluejudge.store.records import Scope, Session
from cluejudge.store.tables import keys, sessions
from cluejudge.store.texts import named
from cluejudge.store.times import stamp

_LONGEST_TOKEN = 64


class Sessions:
    """The open sessions. One ends when it is closed, when its time is over, or with its key.

    One without a key is whoever works on the machine itself; it ends when the first key is made.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, reviewer: str, scopes: Iterable[Scope], key_id: str, hours: float
    ) -> tuple[Session, str]:
        """A new session of `reviewer` and its token, which cannot be had again.

        Raises UsageError for a reviewer without a name and for hours that are none.
        """
        named("a reviewer", reviewer)
        if not 0 < hours <= 24 * 366:
            raise UsageError(f"a session of {hours} hours cannot be")
        token = secrets.token_urlsafe(32)
        now = self._database.now()
        session = Session(
            id=new_id("ses", self._database.now()),
            reviewer=reviewer,
            scopes=frozenset(map(Scope, scopes)),
            key_id=key_id,
            csrf=secrets.token_urlsafe(32),
            expires=stamp(now + timedelta(hours=hours)),
        )
        row = session.model_dump() | {"scopes": scopes_text(session.scopes)}
        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires <= stamp(now)))
            connection.execute(sessions.insert().values(row | {"token": hashed(token)}))
        return session, token

    def find(self, token: str) -> Session | None:
        """The session of this token, if it is still open."""
        if not (token.isascii() and 0 < len(token) <= _LONGEST_TOKEN):
            return None
        valid = select(keys.c.id).where(keys.c.id == sessions.c.key_id, keys.c.revoked == "")
        local = and_(sessions.c.key_id == "", ~select(keys.c.id).exists())
        query = select(sessions).where(
            sessions.c.token == hashed(token),
            sessions.c.expires > self._database.at(),
            or_(valid.exists(), local),
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return _session(row) if row is not None else None

    def close(self, token: str) -> None:
        """End the session of this token, if there is one."""
        if not token.isascii():
            return
        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.token == hashed(token)))


def _session(row: RowMapping) -> Session:
    fields = {name: row[name] for name in Session.model_fields}
    return Session.model_validate(fields | {"scopes": scopes_of(row["scopes"])})
