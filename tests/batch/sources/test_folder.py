from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import pytest

from cluejudge.batch.entries import Refusal
from cluejudge.batch.plan import InputFormat
from cluejudge.batch.sources.places import label
from cluejudge.errors import UsageError
from cluejudge.image import read
from tests.batch.sources.making import BLUE, RED, entries, fetched, ids, listed, opened, write

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
MKV = b"\x1a\x45\xdf\xa3" + bytes(60)


def test_a_folder_is_its_images_and_videos_by_name_and_by_content(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **{"a.png": RED, "sub/plain": BLUE, "broken.JPG": b"", "film.mp4": b"", "film": MKV},
            **{"notes.txt": b"none", "drawing": SVG, "song.ogg": b"OggS", ".hidden.png": RED},
        },
    )
    source = opened(tmp_path)
    assert ids(source) == ["a.png", "broken.JPG", "drawing", "film", "film.mp4", "sub/plain"]
    assert source.passed_over == 3
    assert source.card == {"kind": "folder", "where": str(tmp_path)}
    assert fetched(source)["sub/plain"] == tmp_path / "sub" / "plain"


def test_names_that_are_not_utf8_are_found_again(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.png")
    Path(path).write_bytes(RED)
    source = opened(tmp_path)
    ((name, data),) = fetched(source).items()
    assert name == label("\udcff\n.png")
    assert isinstance(data, Path)
    assert read(data) == RED


def test_stamps_change_with_the_files(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": RED, "b.png": RED})
    before = entries(opened(tmp_path))
    write(tmp_path, {"b.png": RED + b" "})
    after = entries(opened(tmp_path))
    assert before[0] == after[0]
    assert before[1].stamp != after[1].stamp


def test_a_glob_is_all_files_that_it_matches(tmp_path: Path) -> None:
    write(tmp_path, {"x/a.png": RED, "x/a.txt": b"none", "y/b.txt": b"none"})
    source = opened(tmp_path / "*" / "*.txt", InputFormat.FILES)
    assert ids(source) == ["x/a.txt", "y/b.txt"]
    assert source.card["kind"] == "files"


def test_one_file_is_a_row_whatever_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": b"broken"})
    assert fetched(opened(tmp_path / "a.png")) == {"a.png": tmp_path / "a.png"}
    assert ids(opened(f"file://{tmp_path}/a.png")) == ["a.png"]


def test_a_folder_that_cannot_be_read_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.png": RED, "closed/b.png": RED, "z.png": RED})
    scandir = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    found = fetched(opened(tmp_path))
    assert list(found) == ["a.png", "closed", "z.png"]
    assert found["closed"] == Refusal(
        "no_permission", "the folder cannot be read: Permission denied"
    )


def test_what_is_hidden_or_behind_a_link_is_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": RED, ".b.png": RED, ".git/c.png": RED, ".git/d.png": RED})
    (tmp_path / "again").symlink_to(tmp_path)
    source = opened(tmp_path)
    assert ids(source) == ["a.png"]
    assert source.passed_over == 3


def test_a_folder_may_be_deeper_than_python_goes(tmp_path: Path) -> None:
    deep = "a/" * 300 + "b.png"
    write(tmp_path, {deep: RED})
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        assert ids(opened(tmp_path)) == [deep]
        assert ids(opened(tmp_path / "**" / "*.png")) == [deep]
    finally:
        sys.setrecursionlimit(limit)


def test_a_folder_has_no_columns(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": RED})
    for given in ({"carry": ["x"]}, {"image": "x"}, {"id": "x"}):
        with pytest.raises(UsageError, match="no columns"):
            opened(tmp_path, **given)


def test_batches_are_small(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.png": b"" for number in range(1030)})
    source = opened(tmp_path)
    assert [batch.num_rows for batch in source.listing()] == [1024, 6]
    assert listed(source).num_rows == 1030
