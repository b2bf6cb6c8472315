from __future__ import annotations

import threading

from cluejudge.batch.agenda import Agenda
from cluejudge.batch.entries import Entry

ENTRIES = [Entry(row, str(row), "") for row in range(5)]


def test_entries_come_in_order_those_put_first_before_all() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add("a", ENTRIES[:2])
    agenda.add("b", ENTRIES[2:])
    agenda.add("c", ENTRIES[:1], first=True)
    assert agenda.rows == 6
    found = iter(agenda)
    assert [next(found) for _ in range(3)] == [
        ("c", ENTRIES[:1]),
        ("a", ENTRIES[:2]),
        ("b", ENTRIES[2:]),
    ]
    assert agenda.rows == 0


def test_it_waits_for_more_until_it_is_closed() -> None:
    agenda: Agenda[str] = Agenda()
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(key for key, _ in agenda))
    thread.start()
    agenda.add("a", ENTRIES)
    thread.join(0.05)
    assert thread.is_alive()
    agenda.close()
    thread.join(10)
    assert not thread.is_alive()
    assert found == ["a"]


def test_closing_drops_what_is_left() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add("a", ENTRIES)
    agenda.close()
    assert list(agenda) == []
