from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cluejudge.errors import UsageError
from cluejudge.store.cases import Cases
from cluejudge.store.images import KeptImages
from cluejudge.store.records import Case, EntryKind
from cluejudge.store.store import Store
from cluejudge.store.tables import entries
from cluejudge.verdict import Outcome
from tests.store.conftest import Clock

DAY = 86_400
PICTURE = b"a picture"
SHA = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def images(store: Store, tmp_path: Path) -> KeptImages:
    kept = KeptImages(store.database, str(tmp_path / "kept"), days=30)
    kept.keep(SHA, PICTURE, "image/png")
    return kept


@pytest.fixture
def cases(store: Store, images: KeptImages) -> Cases:
    return Cases(store.database, images)


def add(cases: Cases, **fields: Any) -> Case:
    facts: dict[str, Any] = {
        "constitution": "streets",
        "sha256": SHA,
        "expected_outcome": Outcome.UNSAFE,
        "expected_violated": ("knives",),
        "from_decision": "dec_1",
        "by": "ana",
    }
    return cases.add(**{**facts, **fields})


def told(store: Store) -> list[dict[str, Any]]:
    query = select(entries.c.body).where(entries.c.kind == EntryKind.CASE.value)
    with store.database.reading() as connection:
        return [json.loads(body) for body in connection.scalars(query.order_by(entries.c.seq))]


def test_a_case_keeps_its_picture(cases: Cases, images: KeptImages, clock: Clock) -> None:
    case = add(cases, note=" a real one ")
    assert case.note == "a real one"
    assert cases.list("streets") == (case,)
    clock.pass_by(1000 * DAY)
    assert images.purge() == 0
    assert images.read(SHA) == PICTURE


def test_a_case_that_is_removed_lets_its_picture_expire(
    cases: Cases, images: KeptImages, clock: Clock
) -> None:
    case, other = add(cases), add(cases, constitution="homes")
    cases.remove(case.id, "ben")
    clock.pass_by(31 * DAY)
    assert images.purge() == 0
    cases.remove(other.id, "ben")
    assert images.purge() == 0
    clock.pass_by(31 * DAY)
    assert images.purge() == 1
    assert cases.list() == ()


def test_a_picture_is_one_case_of_a_constitution(store: Store, cases: Cases) -> None:
    first = add(cases)
    assert add(cases, by="ben", from_decision="dec_2") == first
    second = add(cases, expected_outcome=Outcome.SAFE, expected_violated=())
    there = add(cases, constitution="homes")
    assert cases.list("streets") == (second,)
    assert cases.list() == (second, there)
    assert [body["change"] for body in told(store)] == ["added", "removed", "added", "added"]


def test_the_log_tells_of_cases(store: Store, cases: Cases) -> None:
    case = add(cases, expected_violated=("knives", "guns", "knives"))
    assert case.expected_violated == ("guns", "knives")
    cases.remove(case.id, "ben")
    added, removed = told(store)
    assert added["expected_violated"] == ["guns", "knives"]
    assert removed == {"change": "removed", "by": "ben", "constitution": "streets"}


@pytest.mark.parametrize("sha256", ["b" * 64, "", "\x00", "../x"])
def test_without_its_picture_there_is_no_case(cases: Cases, sha256: str) -> None:
    with pytest.raises(UsageError, match="a case needs its picture"):
        add(cases, sha256=sha256)
    assert cases.list() == ()


def test_a_picture_whose_file_is_gone_makes_no_case(cases: Cases, tmp_path: Path) -> None:
    (tmp_path / "kept" / SHA[:2] / SHA).unlink()
    with pytest.raises(UsageError, match="a case needs its picture"):
        add(cases)


def test_an_expired_picture_makes_no_case(cases: Cases, clock: Clock) -> None:
    clock.pass_by(31 * DAY)
    with pytest.raises(UsageError, match="a case needs its picture"):
        add(cases)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expected_outcome": Outcome.ERROR, "expected_violated": ()}, "cannot expect an error"),
        ({"expected_outcome": Outcome.SAFE}, "expect safe with 1 violated"),
        ({"expected_violated": ()}, "expect unsafe with 0 violated"),
        ({"constitution": ""}, "a constitution must have a name"),
        ({"by": "\x00"}, "who makes a case"),
        ({"note": "\x00"}, "a note holds characters"),
    ],
)
def test_cases_that_cannot_be(
    cases: Cases, images: KeptImages, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        add(cases, **fields)
    found = images.find(SHA)
    assert found is not None
    assert found.expires


def test_what_is_not_there_cannot_be_removed(cases: Cases) -> None:
    for id in ("case_none", "\x00", "\ud800"):
        with pytest.raises(UsageError, match="there is no case"):
            cases.remove(id, "ana")
    assert cases.list("\x00") == ()
