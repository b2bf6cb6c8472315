"""The two ways into the database: to read, and to write one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cluejudge.errors import StoreError
from cluejudge.store import urls
from cluejudge.store.times import stamp, utcnow

_ONE_WRITER = 0x636C7565_6A756467
"""PostgreSQL's advisory lock that every writer of a record takes: any fixed number will do."""

_PASSING = {"08", "25", "28", "3D", "40", "53", "55", "57", "58"}
"""Classes of PostgreSQL's SQLSTATE that tell of the server, its load or who may use it."""


class Database:
    """An engine, and the clock by which its record is kept; safe to use from many threads."""

    def __init__(self, engine: Engine, *, now: Callable[[], datetime] = utcnow) -> None:
        self.engine = engine
        self.now = now
        self._turn = threading.Lock()

    def at(self) -> str:
        """The time now, as the record spells it."""
        return stamp(self.now())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads; raises StoreError where the database fails."""
        with told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, one at a time over all threads and processes.

        It is on disk when the block is left; an exception in the block undoes all of it. What was
        looked up in it stays true to its end. Raises StoreError where the database fails. Not to
        be nested.
        """
        # SQLite lets waiting writers in by chance: a lock of our own serves them at once.
        with told(), self._turn, self.engine.connect() as connection:
            connection.execution_options(**{urls.WRITING: True})
            with connection.begin():
                take_turn(connection)
                yield connection


def take_turn(connection: Connection) -> None:
    """Wait until no other process writes; SQLite has done so by BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        wait = {"wait": f"{urls.BUSY_SECONDS * 1000:.0f}"}
        connection.execute(sql("SELECT set_config('lock_timeout', :wait, true)"), wait)
        connection.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_WRITER})


@contextmanager
def told() -> Iterator[None]:
    """Tell what goes wrong in the database in our own words; no statement or value is shown."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreError(
            "the record is asked by too many at once", hint="try again", retryable=True
        ) from error
    except DBAPIError as error:
        passing = _passes(error)
        hint = "is it there, may it be written, is its disk full?" if passing else ""
        said = f"the database failed: {_said(error.orig)}"
        raise StoreError(said, hint=hint, retryable=passing) from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {type(error).__name__}") from error


def _passes(error: DBAPIError) -> bool:
    """Whether it may succeed later: the fault is the database's, not that of what it was given."""
    told = _told_by_postgresql(error.orig)
    if told:
        return told.get("C", "")[:2] in _PASSING
    return isinstance(error, OperationalError | InterfaceError)


def _said(error: BaseException | None) -> str:
    """What the database says of itself."""
    told = _told_by_postgresql(error)
    return told.get("M", "it does not say why") if told else str(error)


def _told_by_postgresql(error: BaseException | None) -> dict[str, str]:
    """A server's message `M` and SQLSTATE `C`, and more; empty if it said nothing.

    If it let nobody in, why is hidden behind the loss of the connection that followed.
    """
    while error is not None:
        if error.args and isinstance(error.args[0], dict):
            return error.args[0]
        error = error.__cause__ or error.__context__
    return {}


def holdable(*texts: str) -> bool:
    """Whether a database can hold these texts: no zero bytes and no halves of characters.

    What is asked for by such a text is not there; no need to ask, and PostgreSQL would fail.
    """
    return all("\x00" not in each and _encodable(each) for each in texts)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
