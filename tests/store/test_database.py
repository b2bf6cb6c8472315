"""Readers and writers of a database, and how it is told that it fails."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text

from cluejudge.errors import StoreError
from cluejudge.store.database import holdable
from cluejudge.store.store import Store
from cluejudge.store.tables import claims
from tests.store.drafts import draft

CLAIM = {"key": "k", "idempotency": "i", "request": "r", "decisions": "[]", "at": "now"}


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("", True),
        ("text \U0001f600", True),
        ("a\x00b", False),
        ("\ud800", False),
        ("a\udfff", False),
    ],
)
def test_what_a_database_can_hold(store: Store, written: str, held: bool) -> None:
    assert holdable("fine", written) == held
    if held:
        with store.database.reading() as connection:
            assert connection.execute(text("SELECT :it").bindparams(it=written)).scalar() == written


def test_what_fails_is_told_without_its_values(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(insert(claims).values(CLAIM))
    again = insert(claims).values(CLAIM | {"request": "confidential"})
    with pytest.raises(StoreError, match="failed") as error, store.database.writing() as connection:
        connection.execute(again)
    assert "confidential" not in str(error.value)
    assert "INSERT" not in str(error.value)
    assert not error.value.retryable


def test_a_connection_that_broke_is_replaced(store: Store) -> None:
    store.decisions.record([draft()])
    if store.database.engine.dialect.name == "sqlite":
        pytest.skip("a file does not hang up")
    with store.database.writing() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    store.decisions.record([draft()])


def test_a_writer_that_waits_too_long_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cluejudge.store.urls.BUSY_SECONDS", 0.1)
    with Store.open(url) as store, Store.open(url) as other:
        with other.database.writing():
            with pytest.raises(StoreError, match="lock") as error:
                store.decisions.record([draft()])
            assert error.value.retryable
        store.decisions.record([draft()])


def test_a_reader_waits_for_no_writer(store: Store) -> None:
    (first,) = store.decisions.record([draft()])
    with store.database.writing():
        assert store.decisions.get(first.id) == first
