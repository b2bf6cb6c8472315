from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from cluejudge.errors import UsageError
from cluejudge.store.records import Key, Scope
from cluejudge.store.store import Store
from cluejudge.store.tables import entries, keys


def everything(store: Store) -> str:
    """All that the database holds of keys, as text."""
    with store.database.reading() as connection:
        return "\n".join(
            str(tuple(row))
            for table in (keys, entries)
            for row in connection.execute(select(table))
        )


def test_a_key_is_found_by_its_secret_only(store: Store) -> None:
    key, secret = store.keys.add("shop", {Scope.JUDGE, Scope.REVIEW}, 60)
    assert store.keys.find(secret) == key
    assert key.scopes == {Scope.JUDGE, Scope.REVIEW}
    assert key.per_minute == 60
    changed = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    for other in (changed, secret[:-1], secret + "A", secret.upper(), "", "cj_", "cj_é" * 20, "\0"):
        assert store.keys.find(other) is None


def test_the_secret_is_long_new_each_time_and_nowhere_kept(store: Store) -> None:
    secrets = {store.keys.add(f"shop-{number}", [Scope.JUDGE])[1] for number in range(5)}
    assert len(secrets) == 5
    assert {len(secret) for secret in secrets} == {46}
    assert all(secret.startswith("cj_") for secret in secrets)
    assert not any(secret in everything(store) for secret in secrets)


def test_the_hash_of_a_secret_opens_nothing_and_is_not_in_the_log(store: Store) -> None:
    store.keys.add("shop", [Scope.JUDGE])
    with store.database.reading() as connection:
        (digest,) = connection.scalars(select(keys.c.secret))
        logged = "".join(connection.scalars(select(entries.c.body)))
    assert store.keys.find(digest) is None
    assert store.keys.find(f"cj_{digest[:43]}") is None
    assert digest not in logged


def test_a_revoked_key_is_refused_and_still_listed(store: Store) -> None:
    key, secret = store.keys.add("shop", [Scope.JUDGE])
    other, _ = store.keys.add("desk", [Scope.ADMIN])
    revoked = store.keys.revoke("shop")
    assert revoked.revoked > key.created
    assert store.keys.find(secret) is None
    assert store.keys.list() == (revoked, other)
    assert store.keys.revoke("shop") == revoked


def test_a_name_is_given_once_even_if_it_was_revoked(store: Store) -> None:
    store.keys.add("shop", [Scope.JUDGE])
    store.keys.revoke("shop")
    with pytest.raises(UsageError, match="there is a key shop already"):
        store.keys.add("shop", [Scope.JUDGE])


def test_there_is_a_key_from_the_first_on_and_for_ever(store: Store) -> None:
    assert not store.keys.any()
    store.keys.add("shop", [Scope.JUDGE])
    assert store.keys.any()
    store.keys.revoke("shop")
    assert store.keys.any()


def test_what_happens_to_keys_is_in_the_log(store: Store) -> None:
    key, _ = store.keys.add("shop", [Scope.REVIEW, Scope.JUDGE], 5)
    store.keys.revoke("shop")
    store.keys.revoke("shop")
    with store.database.reading() as connection:
        query = select(entries.c.subject, entries.c.body).order_by(entries.c.seq)
        rows = connection.execute(query).all()
    assert [row.subject for row in rows] == [key.id, key.id]
    added, revoked = (json.loads(row.body) for row in rows)
    assert added == {
        "change": "added",
        "name": "shop",
        "scopes": ["judge", "review"],
        "per_minute": 5,
    }
    assert revoked == {**added, "change": "revoked"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "must have a name"),
        (" shop", "without space around it"),
        ("a" * 65, "65 characters, more than 64"),
        ("a\nb", "cannot be written"),
        ("a\x00b", "cannot be written"),
        ("a\ud800", "cannot be written"),
        ("local", "no key may be named local"),
        ("ana/bo", "behind a / stands"),
    ],
)
def test_names_that_no_key_can_have(store: Store, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        store.keys.add(name, [Scope.JUDGE])
    assert not store.keys.any()


def test_a_key_must_be_for_something_and_may_not_ask_for_ever(store: Store) -> None:
    with pytest.raises(UsageError, match="may do nothing"):
        store.keys.add("shop", [])
    for per_minute in (0, -1, 10**12):
        with pytest.raises(UsageError, match="is not between"):
            store.keys.add("shop", [Scope.JUDGE], per_minute)


def test_an_unknown_key_cannot_be_revoked(store: Store) -> None:
    for name in ("shop", "\x00", "\ud800"):
        with pytest.raises(UsageError, match="there is no key"):
            store.keys.revoke(name)


def test_a_key_shows_no_secret(store: Store) -> None:
    key, secret = store.keys.add("shop", [Scope.JUDGE])
    assert secret not in repr(key)
    assert set(Key.model_fields).isdisjoint({"secret", "hash"})
