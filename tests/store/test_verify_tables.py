"""Whatever is done to the tables made from the log is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from cluejudge.store.records import (
    Answer,
    ReviewDraft,
    RuleOverride,
    Scope,
)
from cluejudge.store.store import Store
from cluejudge.store.tables import (
    activations,
    cases,
    constitutions,
    keys,
    overrides,
    reviews,
)
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store import tampering
from tests.store.conftest import Clock
from tests.store.drafts import draft
from tests.store.verifying import GUN, checked


@pytest.fixture
def full(url: str, clock: Clock, tmp_path: Path) -> Iterator[Store]:
    """A record with something in every table that is made from the log."""
    with Store.open(url, now=clock, images=str(tmp_path / "images")) as store:
        yield _fill(store)


def _fill(store: Store) -> Store:
    store.keys.add("app", [Scope.JUDGE], 60)
    store.keys.add("old", [Scope.ADMIN])
    store.keys.revoke("old")
    for version in ("one", "two"):
        store.constitutions.add(
            f"text {version}", name="streets", label=version, digest=version * 8, by="ann"
        )
    store.constitutions.activate("streets", 2, "ann")
    (decision,) = store.decisions.record([draft(Outcome.UNSAFE, {"no-guns": GUN["no-guns"]})])
    kept = b"a picture"
    store.images.keep(sha256(kept).hexdigest(), kept, "image/png")
    for note in ("first", "second"):
        store.cases.add(
            constitution="streets",
            sha256=sha256(kept).hexdigest(),
            expected_outcome=Outcome.UNSAFE,
            expected_violated=["no-guns"],
            from_decision=decision.id,
            by="ann",
            note=note,
        )
    store.reviews.looked(decision.id, "ann", "item")
    store.reviews.give(
        ReviewDraft(
            decision_id=decision.id,
            reviewer="ann",
            answer=Answer.OVERRULE,
            outcome=Outcome.SAFE,
            overrides=(
                RuleOverride(rule_id="no-guns", outcome=RuleOutcome.CLEARED, reason="a toy"),
            ),
        )
    )
    return store


def test_a_full_record_is_whole(full: Store) -> None:
    found = checked(full)
    assert found.ok, found.reason
    assert found.entries == 13
    full.cases.remove(full.cases.list()[0].id, "ann")
    assert checked(full).ok


def test_a_removed_case_that_came_back_is_found(full: Store) -> None:
    (case,) = full.cases.list()
    with full.database.reading() as connection:
        row = {**connection.execute(select(cases)).one()._mapping}
    full.cases.remove(case.id, "ann")
    with full.database.writing() as connection:
        connection.execute(insert(cases).values(row))
    found = checked(full)
    assert (found.ok, found.first_bad) == (False, 14)


def _forge_case(connection: Connection) -> None:
    row = {**connection.execute(select(cases)).one()._mapping}
    connection.execute(insert(cases).values(row | {"id": "case_x", "sha256": "b" * 64}))


Tampering = Callable[[Connection], object]


CHANGES: dict[str, Tampering] = {
    "a key may do more": lambda it: it.execute(
        update(keys).filter_by(name="app").values(scopes="admin")
    ),
    "a key is not limited": lambda it: it.execute(update(keys).values(per_minute=None)),
    "a key is not revoked": lambda it: it.execute(update(keys).values(revoked="")),
    "a key is gone": lambda it: it.execute(delete(keys).filter_by(name="app")),
    "a key is forged": lambda it: it.execute(
        insert(keys).values(
            id="key_x", name="x", secret="x", scopes="admin", created="2026", revoked=""
        )
    ),
    "a constitution is another": lambda it: it.execute(update(constitutions).values(text="other")),
    "a constitution is gone": lambda it: it.execute(delete(constitutions).filter_by(version=1)),
    "a constitution is forged": lambda it: it.execute(
        insert(constitutions).values(
            name="forged", version=1, label="", digest="", text="", at="2026", by="ann"
        )
    ),
    "a case expects something else": lambda it: it.execute(update(cases).values(note="other")),
    "a case is gone": lambda it: it.execute(delete(cases)),
    "a case is forged": _forge_case,
    "another version is active": lambda it: it.execute(update(activations).values(version=1)),
    "no version is active": lambda it: it.execute(delete(activations)),
    "a review says something else": lambda it: it.execute(update(reviews).values(answer="agree")),
    "a review is of another": lambda it: it.execute(update(reviews).values(reviewer="bob")),
    "a review is gone": lambda it: it.execute(delete(reviews)),
    "a rule is not overruled": lambda it: it.execute(delete(overrides)),
    "a rule is overruled otherwise": lambda it: it.execute(
        update(overrides).values(outcome="violated")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_in_a_table_is_found(full: Store, change: str) -> None:
    with tampering.unguarded(full) as connection:
        CHANGES[change](connection)
    found = checked(full)
    assert not found.ok
    assert found.reason
