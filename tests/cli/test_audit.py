"""`cluejudge audit`: the record is whole or broken, and is never changed by looking."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete

from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.store.store import Store
from cluejudge.store.tables import entries
from tests.store import tampering
from tests.store.drafts import draft

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record of three decisions, `dec_1` to `dec_3`, the second looked at by ann."""
    path = tmp_path / "record.db"
    with Store.open(str(path)) as store:
        store.decisions.record([draft(id=f"dec_{number}") for number in (1, 2, 3)])
        store.reviews.looked("dec_2", "ann", "item")
    return path


def tampered(record: Path) -> None:
    with Store.open(str(record)) as store, tampering.unguarded(store) as connection:
        connection.execute(delete(entries).where(entries.c.seq == 2))


def test_a_whole_record_tells_its_head(record: Path, capsys: Captured) -> None:
    assert run(["audit", "verify", "--db", f"sqlite:///{record}"]) == exits.OK
    whole, head = capsys.readouterr().out.splitlines()
    assert "4 entries" in whole
    assert run(["audit", "verify", "--db", str(record), "--head", head.split()[1]]) == exits.OK


def test_json_says_the_same(record: Path, capsys: Captured) -> None:
    assert run(["audit", "verify", "--db", str(record), "--json"]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["entries"], found["first_bad"]) == (True, 4, None)


def test_a_broken_record_ends_with_its_own_code(record: Path, capsys: Captured) -> None:
    tampered(record)
    assert run(["audit", "verify", "--db", str(record)]) == exits.FOUND
    out = capsys.readouterr().out
    assert "broken at entry 2" in out
    assert "1 entries before" in out


def test_a_head_that_is_not_held_is_a_broken_record(record: Path, capsys: Captured) -> None:
    assert run(["audit", "verify", "--db", str(record), "--head", "A" * 64]) == exits.FOUND
    assert "does not hold aaaa" in capsys.readouterr().out


@pytest.mark.parametrize("head", ["abc", "g" * 64, "0" * 63])
def test_a_head_that_is_none_is_wrong_usage(record: Path, head: str) -> None:
    assert run(["audit", "verify", "--db", str(record), "--head", head]) == exits.USAGE


def test_no_record_is_not_a_whole_record(tmp_path: Path, capsys: Captured) -> None:
    missing = tmp_path / "missing.db"
    assert run(["audit", "verify", "--db", str(missing)]) == exits.USAGE
    assert "no database file" in capsys.readouterr().err
    assert not missing.exists()
    missing.touch()
    assert run(["audit", "verify", "--db", str(missing)]) == exits.FAILED
    assert "holds no record" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_told(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database" * 100)
    assert run(["audit", "verify", "--db", str(path)]) == exits.FAILED
    assert "not a database" in capsys.readouterr().err


def test_all_about_a_decision_is_shown(record: Path, capsys: Captured) -> None:
    assert run(["audit", "show", "dec_2", "--db", str(record)]) == exits.OK
    decision, look = map(json.loads, capsys.readouterr().out.splitlines())
    assert (decision["kind"], decision["seq"]) == ("decision", 2)
    assert decision["body"]["verdict"]["outcome"] == "safe"
    assert (look["kind"], look["body"]["reviewer"]) == ("look", "ann")


def test_an_entry_is_shown_by_its_number(record: Path, capsys: Captured) -> None:
    assert run(["audit", "show", "3", "--db", str(record)]) == exits.OK
    assert json.loads(capsys.readouterr().out)["subject"] == "dec_3"


@pytest.mark.parametrize("id", ["dec_9", "99", "9" * 40, "\ud800", "²"])
def test_what_the_record_does_not_know_is_told(record: Path, id: str) -> None:
    assert run(["audit", "show", id, "--db", str(record)]) == exits.USAGE


def test_the_database_may_be_told_by_the_environment(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUEJUDGE_DB", str(record))
    assert run(["audit", "verify"]) == exits.OK
