"""Which URLs name a database, and that no password is shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url

from cluejudge.errors import StoreError, UsageError
from cluejudge.store.database import Database
from cluejudge.store.store import Store
from cluejudge.store.urls import is_there, open_engine, shown
from tests.store.drafts import draft

SECRET = "pa55w0rd"


def pragma(store: Store, name: str) -> object:
    with store.database.reading() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "sqlite+pysqlite:///{}"])
def test_a_file_is_a_record_that_lasts(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a record.db"
    with Store.open(form.format(path)) as store:
        assert pragma(store, "journal_mode") == "wal"
        assert pragma(store, "synchronous") == 2
        assert pragma(store, "foreign_keys") == 1
        assert pragma(store, "busy_timeout") == 30_000
    assert path.exists()


def test_whether_a_record_is_there_is_seen_without_making_one(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    assert not is_there(str(path))
    assert not is_there(f"sqlite:///{path}")
    assert list(tmp_path.iterdir()) == []
    Store.open(str(path)).close()
    assert is_there(str(path))
    assert is_there("postgresql://me@127.0.0.1:1/record")
    for url in (str(tmp_path), str(tmp_path / "none" / "record.db"), "sqlite://"):
        with pytest.raises(UsageError):
            is_there(url)


def test_a_path_is_within_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Store.open("one.db").close()
    Store.open("sqlite:///two.db").close()
    assert {"one.db", "two.db"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
def test_only_its_owner_may_read_a_record(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "record.db")) as store:
        store.decisions.record([draft()])
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes) == {"record.db", "record.db-wal", "record.db-shm"}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite://",
        "sqlite:///:memory:",
        ":memory:",
        "sqlite:///file:a.db?mode=memory&uri=true",
        "sqlite:///a.db?cache=shared",
        "sqlite://host/a.db",
        "mysql://u@h/d",
        "postgresql+psycopg://u@h/d",
        "http://example.com",
        "://",
        "postgresql://u@h:port/d",
        "postgresql://h/d",
        "postgresql://u@h/d?port=0",
        "postgresql://u@h/d?port=99999",
        "postgresql://u@h/d?sslmode=perhaps",
        "postgresql://u@h/d?options=-csearch_path=x",
    ],
)
def test_what_names_no_database_is_told(url: str) -> None:
    with pytest.raises(UsageError):
        open_engine(url)


@pytest.mark.skipif(os.name == "nt", reason="Windows moves no open file")
def test_nothing_is_recorded_in_a_file_that_was_moved_away(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "record.db", tmp_path / "old.db"
    store = Store.open(f"sqlite:///{file}")
    store.decisions.record([draft()])
    file.rename(elsewhere)
    for _ in range(2):
        with pytest.raises(StoreError, match="not there") as caught:
            store.decisions.record([draft()])
        assert caught.value.retryable
    assert not file.exists()
    elsewhere.rename(file)
    (kept,) = store.decisions.record([draft()])
    assert store.decisions.get(kept.id) == kept
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows moves no open file")
def test_a_file_that_was_put_in_its_place_is_the_record(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    (kept,) = other.decisions.record([draft()])
    other.close()
    store = Store.open(f"sqlite:///{file}")
    store.decisions.record([draft()])
    for path in tmp_path.glob("record.db*"):
        path.unlink()
    (tmp_path / "other.db").rename(file)
    assert store.decisions.get(kept.id) == kept
    assert len(store.decisions.record([draft()])) == 1
    store.close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        open_engine(str(tmp_path / "missing" / "a.db"))
    with pytest.raises(UsageError, match="no database file"):
        open_engine(str(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@h:port/d",
        f"mysql://user:{SECRET}@h/d",
        f"postgresql://user:{SECRET}@h/d?other=1",
    ],
)
def test_no_password_is_told(url: str) -> None:
    with pytest.raises(UsageError) as error:
        open_engine(url)
    assert SECRET not in str(error.value)


def test_a_url_is_shown_without_its_password() -> None:
    assert shown(f"postgresql://user:{SECRET}@h/d") == "postgresql://user:***@h/d"
    assert shown("record.db") == "sqlite:///record.db"


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    database = Database(open_engine(f"postgresql://user:{SECRET}@127.0.0.1:1/d"))
    with pytest.raises(StoreError) as error, database.reading():
        pass
    assert error.value.retryable
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("mode", "context"), [("disable", False), ("prefer", None), ("allow", None)]
)
def test_modes_without_a_promise_leave_encryption_to_the_server(
    mode: str, context: bool | None
) -> None:
    engine = open_engine(f"postgres://u@h/d?sslmode={mode}")
    assert _arguments(engine)["ssl_context"] is context


@pytest.mark.parametrize(
    ("mode", "certificate", "name"),
    [("require", False, False), ("verify-ca", True, False), ("verify-full", True, True)],
)
def test_modes_with_a_promise_keep_it(mode: str, certificate: bool, name: bool) -> None:
    context = _arguments(open_engine(f"postgresql://u@h/d?sslmode={mode}"))["ssl_context"]
    assert bool(context.verify_mode) == certificate
    assert context.check_hostname == name


def _arguments(engine: Engine) -> dict[str, Any]:
    """What the driver would be given."""
    given: dict[str, Any] = {}

    def refuse(_dialect: object, _record: object, _args: object, named: dict[str, Any]) -> None:
        given.update(named)
        raise ConnectionRefusedError

    event.listen(engine, "do_connect", refuse)
    with pytest.raises(ConnectionRefusedError):
        engine.connect()
    return given


def test_the_parts_of_a_url_reach_the_driver() -> None:
    given = _arguments(open_engine(f"postgresql://user:{SECRET}@h:77/d?application_name=x"))
    assert (given["user"], given["password"], given["host"]) == ("user", SECRET, "h")
    assert (given["port"], given["database"], given["application_name"]) == (77, "d", "x")
    given = _arguments(open_engine("postgresql://user@/d?host=/run/db&port=78"))
    assert (given["unix_sock"], given["ssl_context"]) == ("/run/db/.s.PGSQL.78", False)


def test_a_url_of_a_socket_or_a_host_reaches_the_server(url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite is reached by its file")
    with Store.open(url) as store:
        assert store.decisions.get("dec_1") is None
    missing = make_url(url).set(database="missing").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="missing"):
        Store.open(missing)
