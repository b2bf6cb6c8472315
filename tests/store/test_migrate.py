"""Tables are made or brought up to date, once, and a newer record is left alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from cluejudge.errors import StoreError
from cluejudge.store import migrate
from cluejudge.store.database import Database
from cluejudge.store.store import Store
from cluejudge.store.tables import metadata
from cluejudge.store.urls import open_engine
from cluejudge.store.verify import verify
from tests.store.drafts import draft

GUARDED = {
    "update": "UPDATE entries SET body = '{}'",
    "delete": "DELETE FROM entries",
    "replace": "INSERT OR REPLACE INTO entries SELECT seq, at, kind, subject, '{}', previous, hash "
    "FROM entries",
    "upsert": "INSERT INTO entries SELECT * FROM entries WHERE true "
    "ON CONFLICT (seq) DO UPDATE SET body = '{}'",
    "truncate": "TRUNCATE entries CASCADE",
}


def test_the_migrations_make_the_tables_that_are_used(store: Store) -> None:
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_record_is_opened_again_as_it_was(url: str) -> None:
    with Store.open(url) as store:
        store.decisions.record([draft()])
    with Store.open(url) as store:
        assert verify(store.database).entries == 1


def test_a_newer_record_is_left_alone(url: str) -> None:
    with Store.open(url) as store, store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version") as error:
        Store.open(url)
    assert "update cluejudge" in error.value.hint
    database = Database(open_engine(url))
    with pytest.raises(StoreError, match="newer version"):
        migrate.require(database)
    database.engine.dispose()


def test_what_is_required_is_not_made(url: str) -> None:
    database = Database(open_engine(url))
    with pytest.raises(StoreError, match="holds no record"):
        migrate.require(database)
    with pytest.raises(StoreError, match="holds no record"):
        migrate.require(database)
    migrate.upgrade(database)
    migrate.require(database)
    database.engine.dispose()


def test_an_older_record_is_told_from_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(url) as store:
        monkeypatch.setattr(ScriptDirectory, "get_current_head", lambda _: "0002")
        with pytest.raises(StoreError, match="older version"):
            migrate.require(store.database)


def test_many_open_an_empty_database_at_once(url: str) -> None:
    ready = threading.Barrier(4)

    def work(_number: int) -> int:
        ready.wait()
        with Store.open(url) as store:
            return store.decisions.record([draft()])[0].seq

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [1, 2, 3, 4]


def test_a_migration_that_fails_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(config: Config, revision: str) -> None:
        real(config, revision)
        raise RuntimeError

    real = command.upgrade
    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(RuntimeError):
        Store.open(url)
    monkeypatch.undo()
    database = Database(open_engine(url))
    with pytest.raises(StoreError, match="holds no record"):
        migrate.require(database)
    database.engine.dispose()


@pytest.mark.parametrize("how", GUARDED)
def test_the_log_only_grows(store: Store, how: str) -> None:
    sqlite = store.database.engine.dialect.name == "sqlite"
    if how == ("truncate" if sqlite else "replace"):
        pytest.skip("this database knows no such statement")
    store.decisions.record([draft(), draft()])
    before = verify(store.database)
    with pytest.raises(StoreError, match="append-only"), store.database.writing() as connection:
        connection.execute(text(GUARDED[how]))
    assert verify(store.database) == before
