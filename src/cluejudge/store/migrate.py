"""Brings the tables of a database up to date, or says why it can not."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from cluejudge.errors import StoreError
from cluejudge.store.database import Database

# Alembic keeps the migration that is under way in global variables.
_ALONE = threading.Lock()


def upgrade(database: Database) -> None:
    """Bring the tables up to date, all or nothing, one process at a time.

    Raises StoreError for a database that a newer version made.
    """
    with database.reading() as connection:
        if _is_current(connection):
            return
    with _ALONE, database.writing() as connection:
        if not _is_current(connection):
            command.upgrade(_config(connection), "head")


def require(database: Database) -> None:
    """Raise StoreError unless the tables are there and up to date; changes nothing."""
    with database.reading() as connection:
        if _revision(connection) is None:
            raise StoreError("the database holds no record", hint="is it the one that was served?")
        if not _is_current(connection):
            raise StoreError(
                "the record was made by an older version",
                hint="cluejudge serve brings it up to date when it starts",
            )


def _is_current(connection: Connection) -> bool:
    """Whether nothing is to be done."""
    script = ScriptDirectory.from_config(_config(connection))
    revision = _revision(connection)
    try:
        script.get_revision(revision or "base")
    except CommandError as error:
        raise StoreError(
            f"the record was made by a newer version (its tables are at {revision})",
            hint="update cluejudge",
        ) from error
    return revision == script.get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    # Set as a file would; a % in the path is no reference to another option.
    place = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", place)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
