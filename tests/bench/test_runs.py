from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from cluejudge.bench.config import Config, MethodCard, samples_digest
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.run import run_methods
from cluejudge.bench.runs import find_runs
from cluejudge.errors import UsageError
from tests.bench.saying import Saying, StoppedError, made

SAMPLES = made(5)


def begun(path: Path, *names: str, stop: int | None = None) -> Path:
    """A run of methods into `path`, which may be stopped at a prediction of the first."""
    methods = [Saying(name, stop=stop) for name in names]
    cards = {name: MethodCard(title=name) for name in names}
    config = Config(
        suite="folder:x", count=5, samples=samples_digest(SAMPLES), methods=cards, edits=("invert",)
    )
    folder = RunFolder(path)
    folder.prepare(config, SAMPLES, None)
    with suppress(StoppedError):
        run_methods(folder, SAMPLES, methods)
    return path


def test_a_run_says_how_far_it_came(tmp_path: Path) -> None:
    path = begun(tmp_path / "half", "a", "b", stop=2)
    (found,) = find_runs(path)
    assert found.state == "stopped at 2 of 10 predictions"
    begun(path, "a", "b")
    (found,) = find_runs(path)
    assert (found.suite, found.images, found.methods) == ("folder:x", 5, ("a", "b"))
    assert found.state == "judged, not measured"
    RunFolder(path).write("metrics.json", "{}")
    assert find_runs(path)[0].state == "finished"


def test_edits_that_were_begun_count(tmp_path: Path) -> None:
    path = begun(tmp_path / "half", "a")
    edited = RunFolder(path).journal("a", "invert")
    edited.parent.mkdir(parents=True)
    edited.write_text("")
    assert find_runs(path)[0].state == "stopped at 5 of 10 predictions"


def test_a_folder_of_runs_is_looked_through(tmp_path: Path) -> None:
    for name in ("b", "a"):
        begun(tmp_path / name, "x")
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("")
    assert [found.path.name for found in find_runs(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize("text", ["{}", "{", "[1]", '{"suite": 3}'])
def test_a_run_that_cannot_be_read_says_why(tmp_path: Path, text: str) -> None:
    begun(tmp_path / "a", "x")
    (begun(tmp_path / "b", "x") / "config.json").write_text(text)
    good, bad = find_runs(tmp_path)
    assert not good.problem
    assert bad.state == "cannot be read"
    assert "config.json cannot be read" in bad.problem


@pytest.mark.parametrize("name", ["", "none", "file"])
def test_where_there_is_no_run_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        find_runs(tmp_path / name)
