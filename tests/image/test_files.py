from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from cluejudge.image.files import files_below, holds_picture, is_picture, named_picture


def test_a_name_or_the_content_says_picture(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain", "PNG")
    (tmp_path / "broken.JPG").write_bytes(b"")
    (tmp_path / "drawing.txt").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "notes.txt").write_text("not a picture")
    names = {path.name: is_picture(path) for path in tmp_path.iterdir()}
    assert names == {"plain": True, "broken.JPG": True, "drawing.txt": True, "notes.txt": False}


def test_a_pipe_is_no_picture_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not is_picture(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_opened_counts_as_a_picture(tmp_path: Path) -> None:
    (tmp_path / "closed").write_bytes(b"x")
    (tmp_path / "closed").chmod(0)
    assert is_picture(tmp_path / "closed")


def test_names_and_heads() -> None:
    assert named_picture("a/b.JPEG")
    assert not named_picture("png")
    assert holds_picture(b"GIF89a")
    assert not holds_picture(b"PK\3\4")


def test_all_files_come_sorted_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a/.hidden", ".git/c", "c/d/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "d").symlink_to(tmp_path / "c")
    found = [str(path) for path in files_below(tmp_path)]
    assert found == [str(tmp_path / name) for name in ("a/z", "b", "c/d/e")]
    followed = list(files_below(tmp_path, lambda folder: folder.name != "c", links=True))
    assert followed == [tmp_path / "a" / "z", tmp_path / "b", tmp_path / "d" / "d" / "e"]


def test_a_folder_that_cannot_be_read_is_told_in_its_place(tmp_path: Path) -> None:
    (found,) = files_below(tmp_path / "absent")
    assert isinstance(found, FileNotFoundError)
    assert str(found.filename) == str(tmp_path / "absent")


def test_links_that_lead_round_are_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    assert list(files_below(tmp_path)) == [tmp_path / "a.png"]
    assert is_picture(tmp_path / "a.png")
