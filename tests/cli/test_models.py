from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.cli import exits
from cluejudge.cli.main import run
from cluejudge.cli.models import cache_folder, read_options
from cluejudge.errors import UsageError

OPEN = "acme/looker"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CLUEJUDGE_CACHE", str(tmp_path))
    return tmp_path


def test_an_open_model_keeps_its_answers_in_the_cache_folder(folder: Path) -> None:
    assert read_options(OPEN, ["dtype=float16"]) == {"dtype": "float16", "cache": str(folder)}


def test_the_user_may_name_another_folder_or_none() -> None:
    assert read_options(OPEN, ["cache=here"]) == {"cache": "here"}
    assert read_options(OPEN, ["cache=none"]) == {"cache": "none"}


def test_other_models_are_given_only_what_the_user_gives() -> None:
    assert read_options("fake", []) == {}
    assert read_options("fake", ["dtype=float16"]) == {"dtype": "float16"}


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["dtype"], "--option dtype: there is no value"),
        (["a=1", "a=2"], "--option a is given twice"),
    ],
)
def test_pairs_that_are_none(pairs: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_options(OPEN, pairs)


@pytest.mark.parametrize("command", [["judge", "x.png"], ["demo", "--out", "nowhere"]])
def test_commands_take_options_for_their_model(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--model", "fake", "-o", "dtype=float16"]) == exits.USAGE
    assert "model 'fake' takes no options, such as dtype" in capsys.readouterr().err
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"CLUEJUDGE_CACHE": "mine", "XDG_CACHE_HOME": "/x"}, "linux", Path("mine")),
        ({"XDG_CACHE_HOME": "/x"}, "linux", Path("/x/cluejudge")),
        ({"XDG_CACHE_HOME": "/x"}, "darwin", Path("/x/cluejudge")),
        ({"XDG_CACHE_HOME": "not/absolute"}, "linux", Path("~/.cache/cluejudge")),
        ({"CLUEJUDGE_CACHE": ""}, "linux", Path("~/.cache/cluejudge")),
        ({}, "darwin", Path("~/Library/Caches/cluejudge")),
        ({"LOCALAPPDATA": "/local"}, "win32", Path("/local/cluejudge")),
    ],
)
def test_the_cache_folder(environment: dict[str, str], platform: str, expected: Path) -> None:
    assert cache_folder(environment, platform) == expected.expanduser()


def test_there_may_be_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("CLUEJUDGE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(UsageError, match="set CLUEJUDGE_CACHE, or -o cache=none"):
        read_options(OPEN, [])
    assert read_options(OPEN, ["cache=none"]) == {"cache": "none"}
