"""From the URL of a database to an engine: SQLite, which needs no server, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from cluejudge.errors import UsageError

WRITING = "cluejudge_writing"
"""The execution option of a connection whose transaction will write."""

BUSY_SECONDS = 30
"""How long one process waits for another that writes."""

KNOWN = "give a file, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"

_POSTGRESQL = {"postgresql", "postgres", "postgresql+pg8000"}
_SQLITE = {"sqlite", "sqlite+pysqlite"}


def open_engine(url: str, *, create: bool = True) -> Engine:
    """An engine for `url`: a file's path, `sqlite:///FILE` or `postgresql://...`.

    Of libpq's parameters a PostgreSQL URL may hold `host` (also a socket's folder), `port`,
    `sslmode` and `application_name`. Raises UsageError for any other URL, and where `create` is
    off for a file that is not there. Nothing is connected to yet.
    """
    parsed = _parse(url)
    if parsed.drivername in _SQLITE:
        return _sqlite(parsed, create)
    if parsed.drivername in _POSTGRESQL:
        return _postgresql(parsed)
    raise UsageError(f"the database {shown(url)} is of no known kind", hint=KNOWN)


def is_there(url: str) -> bool:
    """Whether `url` names a server or a file that is there; raises UsageError as `open_engine`."""
    parsed = _parse(url)
    return parsed.drivername not in _SQLITE or _file_of(parsed).exists()


def shown(url: str) -> str:
    """`url` as it may be shown: without its password."""
    return _parse(url).render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    if "://" not in url:
        if not url:
            raise UsageError("the database has no name", hint=KNOWN)
        return URL.create("sqlite", database=url)
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        # The text is not repeated: it may hold a password.
        raise UsageError("the database's URL cannot be read", hint=KNOWN) from error


def _file_of(url: URL) -> Path:
    path = url.database or ""
    if path in {"", ":memory:"} or path.startswith("file:") or url.query or url.host:
        raise UsageError("SQLite needs the path of a file", hint="for example sqlite:///record.db")
    if not Path(path).parent.is_dir():
        raise UsageError(f"there is no folder {Path(path).parent} for the database")
    if Path(path).is_dir():
        raise UsageError(f"there is no database file {path}")
    return Path(path)


def _sqlite(url: URL, create: bool) -> Engine:
    path = _file_of(url)
    if not (create or path.exists()):
        raise UsageError(f"there is no database file {path}")
    if create:
        # Only for its owner: it tells what people uploaded. Where that fails, SQLite says why.
        with suppress(OSError):
            path.touch(mode=0o600, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS}, **_POOL
    )
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", _begin)
    _watch(engine, path)
    return engine


def _watch(engine: Engine, path: Path) -> None:
    """Has no connection used whose file is not the one at `path` any more.

    SQLite itself writes on into a file that was removed or moved away, where nobody finds it.
    """

    def connecting(*_: Any) -> None:
        if _file(path) is None:  # it would be made anew, without a table
            raise sqlite3.OperationalError("its file is not there")

    def connected(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _file(path)

    def taken(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if record.info["file"] != _file(path):
            raise DisconnectionError("its file is another one")

    event.listen(engine, "do_connect", connecting)
    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", taken)


def _file(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`; it keeps its number as long as a connection has it open."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _settle_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by `_begin`, not by the driver, which knows no IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading can not be sure to write later, so a writer says so.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgresql(url: URL) -> Engine:
    query = {name: str(value) for name, value in url.query.items()}
    host = query.pop("host", url.host or "localhost")
    port = query.pop("port", str(url.port or 5432))
    if not url.username:
        raise UsageError("the database's URL names no user", hint=KNOWN)
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"{port!r} is no port of a database")
    arguments = {
        "application_name": query.pop("application_name", "cluejudge"),
        "ssl_context": _ssl(query.pop("sslmode", "prefer"), host),
    }
    if query:
        raise UsageError(f"the database's URL has parameters not known here: {', '.join(query)}")
    if host.startswith("/"):
        arguments["unix_sock"] = f"{host}/.s.PGSQL.{port}"
        host = "localhost"
    target = url.set(drivername="postgresql+pg8000", host=host, port=int(port), query={})
    # A server that was started anew is noticed before the next statement, not by its failing.
    return create_engine(target, connect_args=arguments, pool_pre_ping=True, **_POOL)


def _ssl(mode: str, host: str) -> Any:
    """What pg8000 takes for `sslmode`: False never, None if the server can, or a context."""
    if mode == "disable" or host.startswith("/"):
        return False
    if mode in {"allow", "prefer"}:
        return None
    if mode not in {"require", "verify-ca", "verify-full"}:
        raise UsageError(
            f"{mode!r} is no sslmode", hint="use disable, prefer, require or verify-full"
        )
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return context


_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 40, "pool_timeout": BUSY_SECONDS}
