from __future__ import annotations

import json
from pathlib import Path

import pytest

from cluejudge.cli.main import run
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store.drafts import draft


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = str(tmp_path / "record.db")
    with Store.open(path) as store:
        store.decisions.record(
            [draft(), draft(Outcome.UNSAFE, {"fire": RuleOutcome.VIOLATED}), draft(Outcome.ABSTAIN)]
        )
    return path


def test_an_export_to_standard_output(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "llavaguard", "--db", db]) == 0
    ratings = [one["rating"] for one in json.loads(capsys.readouterr().out)]
    assert ratings == ["Unsafe", "Safe"]


def test_lines_and_filters(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--lines", "--outcome", "abstain", "--not-reviewed"]
    assert run(["export", "fiftyone", "--db", db, *options]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["verdict"]["label"] == "abstain"


def test_it_goes_on_record(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "dsa", "--db", db, "--rule", "fire"]) == 0
    capsys.readouterr()
    assert run(["audit", "show", "4", "--db", db]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["kind"] == "export"
    assert (entry["body"]["by"], entry["body"]["wanted"]) == ("cluejudge export", {"rule": "fire"})
    assert run(["audit", "verify", "--db", db]) == 0


@pytest.mark.parametrize(
    "arguments", [["coco"], ["dsa", "--since", "yesterday"], ["dsa", "--db", "nowhere.db"]]
)
def test_wrong_usage(
    db: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLUEJUDGE_DB", db)
    assert run(["export", *arguments]) == 2
    assert not (tmp_path / "nowhere.db").exists()
