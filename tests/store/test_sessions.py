from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cluejudge.errors import UsageError
from cluejudge.store.records import Scope
from cluejudge.store.store import Store
from cluejudge.store.tables import sessions
from tests.store.conftest import Clock

HOUR = 3600


def test_a_session_is_found_by_its_token_until_it_is_closed(store: Store) -> None:
    key, _ = store.keys.add("ana", [Scope.REVIEW])
    session, token = store.sessions.open("ana", key.scopes, key.id, 12)
    assert session.scopes == {Scope.REVIEW}
    assert store.sessions.find(token) == session
    for other in ("", token[:-1], token + "x", session.id, session.csrf, "é", "x" * 10_000):
        assert store.sessions.find(other) is None
    store.sessions.close("é")
    store.sessions.close(token)
    store.sessions.close(token)
    assert store.sessions.find(token) is None


def test_tokens_and_csrf_tokens_are_new_and_the_token_is_not_kept(store: Store) -> None:
    key, _ = store.keys.add("ana", [Scope.REVIEW])
    opened = [store.sessions.open("ana", key.scopes, key.id, 1) for _ in range(3)]
    said = {token for _, token in opened} | {session.csrf for session, _ in opened}
    assert len(said) == 6
    with store.database.reading() as connection:
        rows = str(connection.execute(select(sessions)).all())
    assert not any(token in rows for _, token in opened)


def test_a_session_ends_with_its_time(store: Store, clock: Clock) -> None:
    key, _ = store.keys.add("ana", [Scope.REVIEW])
    _, token = store.sessions.open("ana", key.scopes, key.id, 2)
    clock.pass_by(2 * HOUR - 5)
    assert store.sessions.find(token) is not None
    clock.pass_by(5)
    assert store.sessions.find(token) is None


def test_a_session_ends_with_its_key_and_with_no_other(store: Store) -> None:
    ana, _ = store.keys.add("ana", [Scope.REVIEW])
    ben, _ = store.keys.add("ben", [Scope.REVIEW])
    _, token_of_ana = store.sessions.open("ana", ana.scopes, ana.id, 1)
    session, token_of_ben = store.sessions.open("ben", ben.scopes, ben.id, 1)
    store.keys.revoke("ana")
    assert store.sessions.find(token_of_ana) is None
    assert store.sessions.find(token_of_ben) == session


def test_a_session_of_a_key_that_never_was_is_none(store: Store) -> None:
    _, token = store.sessions.open("ana", [Scope.REVIEW], "key_none", 1)
    assert store.sessions.find(token) is None


def test_a_session_without_a_key_ends_when_the_first_key_is_made(store: Store) -> None:
    session, token = store.sessions.open("local", [Scope.ADMIN], "", 1)
    assert store.sessions.find(token) == session
    store.keys.add("ana", [Scope.REVIEW])
    assert store.sessions.find(token) is None
    store.keys.revoke("ana")
    assert store.sessions.find(token) is None


def test_what_is_over_is_swept_out(store: Store, clock: Clock) -> None:
    for _ in range(3):
        store.sessions.open("local", [Scope.ADMIN], "", 1)
    clock.pass_by(2 * HOUR)
    store.sessions.open("local", [Scope.ADMIN], "", 1)
    with store.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(sessions)) == 1


@pytest.mark.parametrize("hours", [0, -1, float("nan"), float("inf"), 1e9])
def test_hours_that_are_none(store: Store, hours: float) -> None:
    with pytest.raises(UsageError, match="hours cannot be"):
        store.sessions.open("ana", [Scope.REVIEW], "", hours)


def test_a_reviewer_has_a_name(store: Store) -> None:
    for name in ("", "a" * 129, "\x00"):
        with pytest.raises(UsageError, match="a reviewer"):
            store.sessions.open(name, [Scope.REVIEW], "", 1)
