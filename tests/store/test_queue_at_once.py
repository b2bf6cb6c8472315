"""Many reviewers at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from cluejudge.store.store import Store
from cluejudge.store.tables import leases
from cluejudge.verdict import Outcome
from tests.store.conftest import Clock
from tests.store.drafts import draft
from tests.store.reviewing import (
    ALL,
    LEASE,
    record,
    say,
    take,
)


def together(names: Sequence[str], store: Store, done: list[tuple[str, str]]) -> None:
    """Reviewers work at once until the queue is empty for all of them."""
    start = threading.Barrier(len(names))

    def work(name: str) -> None:
        start.wait()
        while (item := store.reviews.next(name, which=ALL, lease_s=LEASE)) is not None:
            done.append((item.decision.id, name))
            say(store, item.decision, name)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, names))


def test_many_reviewers_at_once_never_get_the_same_decision(store: Store) -> None:
    made = store.decisions.record([draft(Outcome.ABSTAIN) for _ in range(40)])
    done: list[tuple[str, str]] = []
    together([f"reviewer-{number}" for number in range(8)], store, done)
    assert sorted(id for id, _ in done) == sorted(each.id for each in made)
    assert all(len(store.reviews.of(each.id)) == 1 for each in made)


def test_of_many_who_ask_for_one_decision_one_gets_it(store: Store, clock: Clock) -> None:
    record(store)
    for _ in range(5):
        start = threading.Barrier(8)

        def ask(name: str, start: threading.Barrier = start) -> str | None:
            start.wait()
            return take(store, name)

        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(ask, [f"reviewer-{number}" for number in range(8)]))
        assert sum(each is not None for each in got) == 1
        with store.database.reading() as connection:
            assert connection.scalar(select(func.count()).select_from(leases)) == 1
        clock.pass_by(LEASE + 1)


def test_two_stores_of_one_record_share_the_queue(url: str, store: Store, clock: Clock) -> None:
    made = store.decisions.record([draft(Outcome.UNSAFE) for _ in range(12)])
    with Store.open(url, now=clock) as other:
        done: list[tuple[str, str]] = []
        start = threading.Barrier(4)

        def work(place: int) -> None:
            here = (store, other)[place % 2]
            start.wait()
            while (item := here.reviews.next(f"r{place}", which=ALL, lease_s=LEASE)) is not None:
                done.append((item.decision.id, f"r{place}"))
                say(here, item.decision, f"r{place}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    assert sorted(id for id, _ in done) == sorted(each.id for each in made)
