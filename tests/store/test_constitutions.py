from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cluejudge.errors import UsageError
from cluejudge.store.constitutions import _path
from cluejudge.store.records import EntryKind, StoredConstitution
from cluejudge.store.store import Store
from cluejudge.store.tables import entries


def add(store: Store, digest: str, name: str = "streets") -> StoredConstitution:
    return store.constitutions.add(
        f"name: {name} # {digest}", name=name, label="1.0", digest=digest, by="ana"
    )


def bodies(store: Store, kind: EntryKind) -> list[dict[str, object]]:
    query = select(entries.c.body).where(entries.c.kind == kind.value).order_by(entries.c.seq)
    with store.database.reading() as connection:
        return [json.loads(body) for body in connection.scalars(query)]


def test_versions_count_from_one_and_none_is_active_untold(store: Store) -> None:
    first, second = add(store, "a"), add(store, "b")
    assert (first.version, second.version) == (1, 2)
    assert first.text == "name: streets # a"
    assert store.constitutions.get("streets") is None
    assert store.constitutions.get("streets", 2) == second
    assert store.constitutions.versions("streets") == (second, first)
    assert [first.active, second.active] == [False, False]


def test_names_have_versions_of_their_own(store: Store) -> None:
    add(store, "a")
    assert add(store, "a", "homes").version == 1
    assert store.constitutions.names() == ("homes", "streets")


def test_what_means_the_same_as_the_newest_is_no_new_version(store: Store) -> None:
    first = add(store, "a")
    assert add(store, "a") == first
    second = add(store, "b")
    assert add(store, "a").version == 3
    assert second.version == 2
    assert len(bodies(store, EntryKind.CONSTITUTION)) == 3


def test_the_text_is_in_the_log_to_the_character(store: Store) -> None:
    text = "name: streets\r\n# “ü” \U0001f6a6\n"
    stored = store.constitutions.add(text, name="streets", label="", digest="a", by="ana")
    assert store.constitutions.get("streets", 1) == stored
    assert stored.text == text
    assert bodies(store, EntryKind.CONSTITUTION)[0]["text"] == text


def test_one_version_is_active(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    active = store.constitutions.activate("streets", 1, "ana")
    assert active.active
    assert store.constitutions.get("streets") == active
    store.constitutions.activate("streets", 2, "ana")
    assert [each.active for each in store.constitutions.versions("streets")] == [True, False]
    found = store.constitutions.get("streets", 1)
    assert found is not None
    assert not found.active


def test_to_activate_what_is_active_changes_nothing(store: Store) -> None:
    add(store, "a")
    store.constitutions.activate("streets", 1, "ana")
    store.constitutions.activate("streets", 1, "ben")
    assert [body["by"] for body in bodies(store, EntryKind.ACTIVATION)] == ["ana"]


def test_rolling_back_twice_goes_back_two_steps(store: Store) -> None:
    for number, digest in enumerate("abc", start=1):
        add(store, digest)
        store.constitutions.activate("streets", number, "ana")
    assert store.constitutions.roll_back("streets", "ben").version == 2
    assert store.constitutions.roll_back("streets", "ben").version == 1
    with pytest.raises(UsageError, match="nothing to roll streets back to"):
        store.constitutions.roll_back("streets", "ben")
    found = store.constitutions.get("streets")
    assert found is not None
    assert found.version == 1
    told = [(body["version"], body["rolled_back"]) for body in bodies(store, EntryKind.ACTIVATION)]
    assert told == [(1, False), (2, False), (3, False), (2, True), (1, True)]


def test_one_can_go_forward_again_after_rolling_back(store: Store) -> None:
    for number, digest in enumerate("abc", start=1):
        add(store, digest)
        store.constitutions.activate("streets", number, "ana")
    store.constitutions.roll_back("streets", "ana")
    store.constitutions.activate("streets", 3, "ana")
    assert store.constitutions.roll_back("streets", "ana").version == 2


@given(st.lists(st.integers(1, 4), min_size=1))
def test_the_way_back_ends_where_it_began_and_never_stands_still(versions: list[int]) -> None:
    activated = [v for place, v in enumerate(versions) if versions[place - 1 : place] != [v]]
    path = _path(activated)
    assert path[-1] == activated[-1]
    assert path[0] == activated[0]
    assert all(one != other for one, other in pairwise(path))
    if len(path) > 1:
        assert _path([*activated, path[-2]]) == path[:-1]


@pytest.mark.parametrize("version", [0, -1, 3, 2**31, 2**70])
def test_versions_that_are_not_there(store: Store, version: int) -> None:
    add(store, "a")
    assert store.constitutions.get("streets", version) is None
    with pytest.raises(UsageError, match=f"there is no version {version} "):
        store.constitutions.activate("streets", version, "ana")


@pytest.mark.parametrize("name", ["homes", "\x00", "\ud800", ""])
def test_names_that_are_not_there(store: Store, name: str) -> None:
    assert store.constitutions.get(name) is None
    assert store.constitutions.versions(name) == ()
    with pytest.raises(UsageError, match="no version 1"):
        store.constitutions.activate(name, 1, "ana")
    with pytest.raises(UsageError, match="nothing to roll"):
        store.constitutions.roll_back(name, "ana")


def test_what_cannot_be_written_is_refused(store: Store) -> None:
    add_text = store.constitutions.add
    for name, text, label, by in (
        ("a" * 129, "x", "1", "ana"),
        ("streets", "a\x00b", "1", "ana"),
        ("streets", "x", "1" * 129, "ana"),
        ("streets", "x", "1", ""),
    ):
        with pytest.raises(UsageError):
            add_text(text, name=name, label=label, digest="a", by=by)
    assert store.constitutions.names() == ()


def test_many_at_once_make_versions_without_a_gap(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: add(store, f"digest {number}"), range(16)))
    assert sorted(each.version for each in made) == list(range(1, 17))
