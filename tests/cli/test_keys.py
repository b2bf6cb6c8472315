from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.store.records import Scope
from cluejudge.store.store import Store

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "record.db")


def test_the_secret_is_all_that_is_printed_and_opens_the_key(db: str, capsys: Captured) -> None:
    given = ["--scope", "review", "--scope", "judge", "--per-minute", "60", "--db", db]
    assert run(["keys", "add", "shop", *given]) == exits.OK
    printed = capsys.readouterr()
    secret = printed.out.removesuffix("\n")
    assert secret not in printed.err
    assert "Key shop may judge, review." in printed.err
    with Store.open(db) as store:
        key = store.keys.find(secret)
    assert key is not None
    assert (key.name, key.per_minute) == ("shop", 60)
    assert key.scopes == {Scope.JUDGE, Scope.REVIEW}


def test_keys_are_listed_without_their_secrets(db: str, capsys: Captured) -> None:
    run(["keys", "add", "shop", "--scope", "judge", "--db", db])
    run(["keys", "add", "a-longer-name", "--scope", "admin", "--per-minute", "5", "--db", db])
    secrets = capsys.readouterr().out.split()
    run(["keys", "revoke", "shop", "--db", db])
    assert capsys.readouterr().out == ""
    assert run(["keys", "list", "--db", db]) == exits.OK
    listed = capsys.readouterr().out
    lines = [line.split() for line in listed.splitlines()]
    assert [line[:3] for line in lines[1:]] == [
        ["shop", "judge", "-"],
        ["a-longer-name", "admin", "5"],
    ]
    assert lines[1][4] != "-"
    assert lines[2][4] == "-"
    assert run(["keys", "list", "--json", "--db", db]) == exits.OK
    told = capsys.readouterr().out
    assert [key["name"] for key in json.loads(told)["keys"]] == ["shop", "a-longer-name"]
    assert not any(secret in listed + told for secret in secrets)


def test_a_revoked_key_opens_nothing(db: str, capsys: Captured) -> None:
    run(["keys", "add", "shop", "--scope", "judge", "--db", db])
    secret = capsys.readouterr().out.strip()
    assert run(["keys", "revoke", "shop", "--db", db]) == exits.OK
    assert "Key shop is revoked since 20" in capsys.readouterr().err
    with Store.open(db) as store:
        assert store.keys.find(secret) is None


def test_without_keys_that_is_told(db: str, capsys: Captured) -> None:
    Store.open(db).close()
    assert run(["keys", "list", "--db", db]) == exits.OK
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "There is no key" in printed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "shop"], "--scope"),
        (["add", "shop", "--scope", "all"], "'all' is not one of"),
        (["add", "shop", "--scope", "judge", "--per-minute", "0"], "--per-minute"),
        (["add", "local", "--scope", "judge"], "no key may be named local"),
        (["add", "old", "--scope", "judge"], "there is a key old already"),
        (["revoke", "shop"], "there is no key 'shop'"),
        (["lst"], "Did you mean list?"),
    ],
)
def test_wrong_usage(db: str, capsys: Captured, arguments: list[str], said: str) -> None:
    run(["keys", "add", "old", "--scope", "judge", "--db", db])
    capsys.readouterr()
    with_db = arguments if arguments == ["lst"] else [*arguments, "--db", db]
    assert run(["keys", *with_db]) == exits.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


@pytest.mark.parametrize("command", [["list"], ["revoke", "shop"]])
def test_only_add_makes_a_record(tmp_path: Path, capsys: Captured, command: list[str]) -> None:
    db = tmp_path / "none.db"
    assert run(["keys", *command, "--db", str(db)]) == exits.USAGE
    assert "there is no database file" in capsys.readouterr().err
    assert not db.exists()


def test_without_the_libraries_it_is_told_what_to_install(
    db: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("cluejudge.store")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, package=None: None if name == "alembic" else name
    )
    assert run(["keys", "list", "--db", db]) == exits.USAGE
    assert "pip install 'cluejudge[serve]'" in capsys.readouterr().err
