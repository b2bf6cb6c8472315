"""Rows out of a real record, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.compiled import dump_compiled
from cluejudge.digest import digest
from cluejudge.errors import UsageError
from cluejudge.exports import reading
from cluejudge.store.records import Answer, DecisionFilter, ReviewDraft
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome, RuleOutcome
from tests.api.colours import COLOURS
from tests.store.drafts import draft


def test_every_decision_comes_once_and_those_made_meanwhile_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGE", 3)
    with Store.open(str(tmp_path / "record.db")) as store:
        made = store.decisions.record([draft() for _ in range(10)])
        found = reading.pages(store, DecisionFilter(limit=1))
        rows = list(next(found))
        store.decisions.record([draft()])
        rows.extend(row for page in found for row in page)
    assert [row.decision.id for row in rows] == [one.id for one in reversed(made)]


def test_reviews_and_categories_come_with_it(tmp_path: Path) -> None:
    first = COLOURS.rules[0].model_copy(update={"categories": ("violence",)})
    constitution = COLOURS.model_copy(update={"rules": (first, *COLOURS.rules[1:])})
    with Store.open(str(tmp_path / "record.db")) as store:
        added = store.constitutions.add(
            dump_compiled(constitution),
            name="colours",
            label="3",
            digest=digest(constitution),
            by="test",
        )
        unsafe = draft(
            Outcome.UNSAFE,
            {first.id: RuleOutcome.VIOLATED},
            constitution="colours",
            version=added.version,
        )
        elsewhere = draft(Outcome.UNSAFE, {"gone": RuleOutcome.VIOLATED}, constitution="gone")
        store.decisions.record([unsafe, elsewhere])
        store.reviews.give(
            ReviewDraft(
                decision_id=unsafe.id, reviewer="ann", answer=Answer.AGREE, outcome=Outcome.UNSAFE
            )
        )
        (page,) = reading.pages(store, DecisionFilter())
    assert [(row.decision.id, len(row.reviews)) for row in page] == [
        (elsewhere.id, 0),
        (unsafe.id, 1),
    ]
    assert page[0].categories == {}
    assert page[1].categories[first.id] == ("violence",)


def test_a_time_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    with (
        Store.open(str(tmp_path / "record.db")) as store,
        pytest.raises(UsageError),
    ):
        next(reading.pages(store, DecisionFilter(since="yesterday")))


def test_decisions_by_a_constitution_that_cannot_be_read_any_more_are_exported(
    tmp_path: Path,
) -> None:
    with Store.open(str(tmp_path / "record.db")) as store:
        added = store.constitutions.add(
            "rules: of another time", name="old", label="1", digest="d" * 64, by="test"
        )
        violated = {"fire": RuleOutcome.VIOLATED}
        unsafe = draft(Outcome.UNSAFE, violated, constitution="old", version=added.version)
        store.decisions.record([unsafe])
        (page,) = reading.pages(store, DecisionFilter())
    assert [(row.violated, row.categories) for row in page] == [(("fire",), {})]
