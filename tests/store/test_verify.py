"""Whatever is done to the log is found."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from cluejudge.store import log, verify
from cluejudge.store.canonical import canonical_json
from cluejudge.store.log import GENESIS
from cluejudge.store.records import (
    EntryKind,
    NewEntry,
)
from cluejudge.store.store import Store
from cluejudge.store.tables import (
    decisions,
    doubts,
    entries,
    violations,
)
from cluejudge.verdict import Outcome
from tests.store import tampering
from tests.store.drafts import draft
from tests.store.verifying import GUN, checked

MARKED = 3
"""The entry that is tampered with; it is a decision, unsafe by `no-guns`."""


@pytest.fixture
def filled(store: Store) -> Store:
    """A record of seven decisions."""
    store.decisions.record([draft(), draft()])
    store.decisions.record([draft(Outcome.UNSAFE, GUN)])
    store.decisions.record([draft(), draft(Outcome.ERROR), draft(), draft()])
    return store


def body(connection: Connection, seq: int) -> dict[str, object]:
    said: dict[str, object] = json.loads(
        connection.scalars(select(entries.c.body).filter_by(seq=seq)).one()
    )
    return said


def test_an_empty_log_is_whole(store: Store) -> None:
    assert checked(store) == verify.Verification(ok=True, entries=0, head=GENESIS)


def test_a_log_is_whole_and_its_head_is_the_last_hash(filled: Store) -> None:
    found = checked(filled)
    assert (found.ok, found.entries, found.first_bad, found.reason) == (True, 7, None, "")
    with filled.database.reading() as connection:
        last = log.entry(connection, 7)
    assert last is not None
    assert found.head == last.hash


def test_a_head_of_before_is_held_by_what_the_log_has_become(filled: Store) -> None:
    head = checked(filled).head
    filled.decisions.record([draft()])
    found = checked(filled, head)
    assert found.ok
    assert found.head != head


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 8])
def test_it_is_all_one_how_much_is_read_at_a_time(
    filled: Store, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_BATCH", batch)
    assert checked(filled).entries == 7
    with tampering.unguarded(filled) as connection:
        connection.execute(delete(violations))
    assert checked(filled).first_bad == MARKED


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "{}"},
        {"at": "2026-01-31T10:00:00.000000Z"},
        {"kind": "look"},
        {"kind": "nothing known"},
        {"subject": "dec_other"},
        {"hash": "0" * 64},
        {"previous": "0" * 64},
    ],
)
def test_a_changed_entry_is_found(filled: Store, changes: dict[str, str]) -> None:
    with tampering.unguarded(filled) as connection:
        connection.execute(update(entries).filter_by(seq=MARKED).values(**changes))
    found = checked(filled)
    assert not found.ok
    assert (found.entries, found.first_bad) == (MARKED - 1, MARKED)


def test_an_entry_that_was_changed_with_its_hash_is_found_by_the_next(filled: Store) -> None:
    with tampering.unguarded(filled) as connection:
        said = body(connection, MARKED) | {"name": "other.png"}
        tampering.rehash(connection, MARKED, body=canonical_json(said))
    assert checked(filled).first_bad == MARKED + 1


@pytest.mark.parametrize("gone", [1, MARKED, 6])
def test_a_deleted_entry_is_found(filled: Store, gone: int) -> None:
    with tampering.unguarded(filled) as connection:
        connection.execute(delete(entries).filter_by(seq=gone))
    found = checked(filled)
    assert not found.ok
    assert found.first_bad == gone
    assert "missing" in found.reason


def test_entries_that_changed_places_are_found(filled: Store) -> None:
    with tampering.unguarded(filled) as connection:
        for seq, to in ((3, 99), (4, 3), (99, 4)):
            connection.execute(update(entries).filter_by(seq=seq).values(seq=to))
    assert checked(filled).first_bad == 3


@pytest.mark.parametrize("seq", [0, -5])
def test_an_entry_before_the_first_is_found(filled: Store, seq: int) -> None:
    with tampering.unguarded(filled) as connection:
        row = {**connection.execute(select(entries).filter_by(seq=1)).one()._mapping}
        connection.execute(insert(entries).values(row | {"seq": seq, "hash": "a" * 64}))
    assert not checked(filled).ok


def test_an_entry_put_in_at_the_end_without_the_chain_is_found(filled: Store) -> None:
    with tampering.unguarded(filled) as connection:
        row = {**connection.execute(select(entries).filter_by(seq=7)).one()._mapping}
        connection.execute(insert(entries).values(row | {"seq": 8, "hash": "a" * 64}))
    assert checked(filled).first_bad == 8


def test_a_cut_tail_is_found_by_the_head_of_before(filled: Store) -> None:
    head = checked(filled).head
    with tampering.unguarded(filled) as connection:
        connection.execute(delete(decisions).where(decisions.c.seq > 5))
        connection.execute(delete(entries).where(entries.c.seq > 5))
    assert checked(filled).ok
    found = checked(filled, head)
    assert not found.ok
    assert found.entries == 5
    assert head in found.reason


def test_a_cut_tail_is_found_by_the_index_that_is_left(filled: Store) -> None:
    with tampering.unguarded(filled) as connection:
        connection.execute(delete(entries).where(entries.c.seq > 5))
    found = checked(filled)
    assert not found.ok
    assert found.first_bad == 6


def test_a_log_written_anew_is_found_by_the_head_of_before(filled: Store) -> None:
    head = checked(filled).head
    with tampering.unguarded(filled) as connection:
        said = body(connection, MARKED) | {"name": "other.png"}
        tampering.rewrite(connection, MARKED, body=canonical_json(said))
    assert checked(filled).ok
    assert not checked(filled, head).ok


@pytest.mark.parametrize("said", ["[]", "no JSON", "{}", '{"verdict":[]}', "null"])
def test_a_body_that_is_none_is_told_and_not_stumbled_over(filled: Store, said: str) -> None:
    with tampering.unguarded(filled) as connection:
        tampering.rewrite(connection, MARKED, body=said)
    found = checked(filled)
    assert (found.ok, found.first_bad) == (False, MARKED)


def test_an_entry_that_holds_no_text_is_told(filled: Store) -> None:
    if filled.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps text in columns of text")
    with tampering.unguarded(filled) as connection:
        connection.execute(text("UPDATE entries SET body = x'00' WHERE seq = 3"))
    assert checked(filled).first_bad == MARKED


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "safe"},
        {"sha256": "b" * 64},
        {"id": "dec_other"},
        {"constitution": "other"},
        {"version": 2},
        {"fingerprint": "b" * 64},
        {"key": "other"},
        {"reused_from": "dec_other"},
        {"sampling": 0},
        {"at": "2026-01-31T10:00:00.000000Z"},
        {"seq": 99},
    ],
)
def test_a_changed_index_is_found(filled: Store, changes: dict[str, object]) -> None:
    with tampering.unguarded(filled) as connection:
        connection.execute(update(decisions).filter_by(seq=MARKED).values(**changes))
    found = checked(filled)
    assert (found.ok, found.first_bad) == (False, MARKED)


@pytest.mark.parametrize("table", [decisions, violations, doubts])
def test_what_is_not_in_the_index_is_found(filled: Store, table: object) -> None:
    with tampering.unguarded(filled) as connection:
        if table is decisions:
            connection.execute(delete(decisions).filter_by(seq=MARKED))
        else:
            connection.execute(delete(violations if table is violations else doubts))
    assert checked(filled).first_bad == MARKED


@pytest.mark.parametrize("table", [violations, doubts])
def test_a_rule_too_many_in_the_index_is_found(filled: Store, table: object) -> None:
    rules = violations if table is violations else doubts
    with filled.database.writing() as connection:
        id = connection.scalars(select(decisions.c.id).filter_by(seq=2)).one()
        connection.execute(insert(rules).values(decision_id=id, rule_id="no-guns"))
    assert checked(filled).first_bad == 2


def test_an_index_row_of_an_entry_that_is_no_decision_is_found(filled: Store) -> None:
    with filled.database.writing() as connection:
        look = NewEntry(EntryKind.LOOK, "dec_1", {"reviewer": "ann", "what": "item"})
        log.append(connection, [look], at="2026-01-31T10:00:00.000000Z")
        row = {**connection.execute(select(decisions).filter_by(seq=1)).one()._mapping}
        connection.execute(insert(decisions).values(row | {"id": "dec_forged", "seq": 8}))
    assert checked(filled).first_bad == 8


def test_memory_does_not_grow_with_the_log(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_BATCH", 20)
    store.decisions.record([draft(perceptual="x" * 20_000) for _ in range(100)])
    assert checked(store).entries == 100
    few = _peak(store)
    store.decisions.record([draft(perceptual="x" * 20_000) for _ in range(400)])
    many = _peak(store)
    assert many < 1.5 * few


def _peak(store: Store) -> int:
    tracemalloc.start()
    try:
        assert checked(store).ok
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
