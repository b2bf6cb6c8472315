from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.batch.durable import leftovers, replacing, write_text


def test_a_file_takes_the_place_of_the_old_one_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old\n")
    with replacing(path) as new:
        assert new.parent == tmp_path
        new.write_text("ne")
        assert path.read_text() == "old\n"
        new.write_text("new\n")
    assert path.read_text() == "new\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old\n")

    def fail() -> None:
        with replacing(path) as new:
            new.write_text("ne")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_what_killed_processes_left_is_found_and_nothing_else(tmp_path: Path) -> None:
    block = replacing(tmp_path / "part-00001.parquet")
    left = block.__enter__()
    left.write_text("half")
    for other in ("part-00001.parquet", ".part-00001.parquet", ".part-00001.parquet.notes", ".a"):
        (tmp_path / other).write_text("kept")
    assert list(leftovers(tmp_path, "part-*.parquet")) == [left]
