from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.bench.config import Config, samples_digest
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.samples import Sample, Truth
from cluejudge.builtin import find_constitution
from cluejudge.compiled import load_compiled
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome
from tests.bench.saying import made

SAMPLES = (
    Sample("ä", bytes, Truth(True, frozenset({"r"}), {"r": {"a cat": True}}), {"style": "x"}),
    Sample("half \udcff", bytes, Truth(False)),
)
CONFIG = Config(suite="folder", count=2, samples=samples_digest(SAMPLES))
RULES = find_constitution("pictogram")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


def test_what_is_prepared_is_read_again(folder: RunFolder) -> None:
    assert folder.prepare(CONFIG, SAMPLES, RULES) == CONFIG
    assert folder.config() == CONFIG
    labels = folder.labels()
    assert list(labels) == [sample.id for sample in SAMPLES]
    for sample in SAMPLES:
        assert labels[sample.id].truth == sample.truth
        assert labels[sample.id].tags == sample.tags
    assert load_compiled(folder.path / "constitution.yaml") == RULES


def test_preparing_again_changes_nothing(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, RULES)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    folder.prepare(CONFIG, SAMPLES, RULES)
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_another_run_is_refused_and_the_folder_stays(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, None)
    other = made(2)
    new = CONFIG.model_copy(update={"samples": samples_digest(other)})
    with pytest.raises(
        UsageError, match="images that are new: 2, such as image-0; images that are gone"
    ):
        folder.prepare(new, other, None)
    assert folder.config() == CONFIG
    (folder.path / "samples.jsonl").write_text("[]\n")
    with pytest.raises(UsageError, match="holds another run: the images are others"):
        folder.prepare(new, other, None)


def test_a_folder_of_other_files_is_refused(folder: RunFolder) -> None:
    folder.path.mkdir()
    (folder.path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match="holds other files"):
        folder.prepare(CONFIG, SAMPLES, None)
    assert [path.name for path in folder.path.iterdir()] == ["holiday.jpg"]


def test_a_start_that_was_stopped_begins_anew(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, RULES)
    (folder.path / "config.json").unlink()
    assert folder.prepare(CONFIG, SAMPLES, RULES) == CONFIG


def test_a_folder_that_holds_no_run_says_so(folder: RunFolder) -> None:
    with pytest.raises(UsageError, match="holds no run"):
        folder.config()
    folder.prepare(CONFIG, SAMPLES, None)
    (folder.path / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="cannot be read: suite: Field required"):
        folder.config()
    (folder.path / "config.json").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        folder.config()


def test_numbers_are_there_when_a_run_has_finished(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, None)
    with pytest.raises(UsageError, match="did not finish"):
        folder.metrics()
    folder.write("metrics.json", '{"n": 2}')
    assert folder.metrics() == {"n": 2}
    folder.drop_results()
    with pytest.raises(UsageError, match="did not finish"):
        folder.metrics()
    folder.write("metrics.json", "{")
    with pytest.raises(UsageError, match="not what a run wrote"):
        folder.metrics()


def test_what_it_was_run_on_is_kept_for_each_time(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, None)
    assert folder.environment() == []
    folder.add_environment({"python": "3.11"})
    folder.add_environment({"python": "3.12"})
    assert folder.environment() == [{"python": "3.11"}, {"python": "3.12"}]


@pytest.mark.parametrize("name", ["clue", "llavaguard:org/name", "..", "../../x", "a?b=c/d"])
def test_a_method_of_any_name_has_a_file_of_its_own_inside(folder: RunFolder, name: str) -> None:
    for edit in ("", "invert"):
        path = folder.journal(name, edit)
        assert path.resolve().is_relative_to(folder.path.resolve())
        assert path.parent == folder.journal("clue", edit).parent
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Prediction(id="a", outcome=Outcome.SAFE).to_line())
    assert folder.predictions(name) == folder.edited(name, "invert")


def test_files_are_whole_or_not_there(folder: RunFolder) -> None:
    folder.prepare(CONFIG, SAMPLES, None)
    folder.write("metrics.json", "old")
    with pytest.raises(UnicodeEncodeError):
        folder.write("metrics.json", "\udcff")
    assert (folder.path / "metrics.json").read_text() == "old"
    assert not [path for path in folder.path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"unsafe": true}', '{"id": "a"}'])
def test_broken_labels_are_told(folder: RunFolder, line: str) -> None:
    folder.prepare(CONFIG, SAMPLES, None)
    (folder.path / "samples.jsonl").write_text(f"{line}\n")
    with pytest.raises(UsageError, match=r"samples\.jsonl is not what a run wrote"):
        folder.labels()
