from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.batch.entries import Entry
from cluejudge.batch.fingerprint import fingerprint
from cluejudge.batch.folder import CONSTITUTION, RUN, RunFolder
from cluejudge.batch.journal import Journal, journals
from cluejudge.claim import Claim
from cluejudge.compiled import load_compiled
from cluejudge.errors import UsageError
from cluejudge.settings import Thresholds
from tests.batch.test_fingerprint import CARD, OLD, PLAN, RULES, Listed, common
from tests.batch.written import NONE, write_part


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "out")
    made.path.mkdir()
    made.prepare(OLD, RULES)
    return made


def fill(folder: RunFolder, shard: int, count: int) -> None:
    rows = [(Entry(row, str(row), ""), "", common()) for row in range(count)]
    write_part(folder.part(shard), rows, NONE, common())


def test_a_run_is_found_as_it_was_prepared(folder: RunFolder) -> None:
    assert folder.read() == OLD
    assert load_compiled(folder.path / CONSTITUTION) == RULES
    before = {path: path.read_bytes() for path in folder.path.iterdir()}
    folder.check()
    folder.prepare(OLD, RULES)
    assert {path: path.read_bytes() for path in folder.path.iterdir()} == before


def test_another_run_is_refused_and_told_apart(folder: RunFolder) -> None:
    plan = PLAN.model_copy(update={"constitution": RULES})
    new = fingerprint(plan, common(thresholds=Thresholds(prior_low=0.4)), CARD, Listed(digest="x"))
    with pytest.raises(UsageError) as caught:
        folder.prepare(new, RULES, "3 images more, none fewer")
    assert "holds another run: thresholds.prior_low was 0.3, now 0.4; 3 images more" in str(
        caught.value
    )
    assert folder.read() == OLD


@pytest.mark.parametrize("name", ["part-00000.parquet", "constitution.yaml", "cat.png"])
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    folder = RunFolder(tmp_path)
    for refuse in (folder.check, lambda: folder.prepare(OLD, RULES)):
        with pytest.raises(UsageError, match=f"is not empty and holds no run: {name}"):
            refuse()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_start_that_was_stopped_goes_on(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "out")
    folder.check()
    folder.path.mkdir()
    with Claim(folder.path):
        folder.inputs.mkdir(parents=True)
        folder.check()
        folder.prepare(OLD, RULES)
    (folder.path / CONSTITUTION).unlink()
    folder.prepare(OLD, RULES)
    assert (folder.path / CONSTITUTION).exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        RunFolder(tmp_path / "out").check()


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "Invalid JSON"), ("{}", "count: Field required"), ("[]", "object"), ("\xff", "JSON")],
)
def test_a_broken_run_is_told(folder: RunFolder, text: str, said: str) -> None:
    (folder.path / RUN).write_text(text, encoding="latin-1")
    for read in (folder.read, lambda: folder.prepare(OLD, RULES)):
        with pytest.raises(UsageError, match=f"{RUN} cannot be read: .*{said}.*another version"):
            read()
    assert (folder.path / RUN).read_text(encoding="latin-1") == text


def test_a_folder_without_a_run_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run"):
        RunFolder(tmp_path).read()


def test_what_killed_runs_left_is_removed(folder: RunFolder) -> None:
    left = [".part-00001.parquet.0011aabb", ".run.json.0011aabb"]
    kept = [".part-00001.parquet", ".mine.0011aabb", "part-00000.parquet"]
    for name in (*left, *kept):
        (folder.path / name).write_text("half")
    folder.prepare(OLD, RULES)
    names = {path.name for path in folder.path.iterdir()}
    assert names == {RUN, CONSTITUTION, *kept}


def test_shards_without_a_part_are_missing(folder: RunFolder) -> None:
    assert folder.missing([2, 1, 0]) == (0, 1, 2)
    fill(folder, 1, 1)
    fill(folder, 2, 0)
    assert folder.missing([2, 1, 0]) == (0,)


def test_a_journal_goes_when_its_part_is_whole(folder: RunFolder) -> None:
    for shard in (0, 1):
        journal = Journal.open(folder.journals, shard, common())
        journal.add(0, "", common())
        journal.close()
    fill(folder, 1, 1)
    whole = folder.part(1).read_bytes()
    folder.part(1).write_bytes(whole[:-1])
    with pytest.raises(UsageError, match="is broken"):
        folder.missing([1, 1])
    assert journals(folder.journals) == (0, 1)
    folder.part(1).write_bytes(whole)
    assert folder.missing([1, 1]) == (0,)
    assert journals(folder.journals) == (0,)


def test_a_part_that_is_broken_or_of_no_shard_is_told_and_not_judged_again(
    folder: RunFolder,
) -> None:
    fill(folder, 1, 1)
    with pytest.raises(UsageError, match=r"part-00001\.parquet is broken: it has 1 rows, .* 2"):
        folder.missing([2, 2])
    with pytest.raises(UsageError, match=r"part-00001\.parquet is of another run: .* 1 part"):
        folder.missing([2])
    folder.part(1).write_bytes(folder.part(1).read_bytes()[:-1])
    with pytest.raises(UsageError, match=r"part-00001\.parquet is broken"):
        folder.missing([2, 1])
