import io
import os
from pathlib import Path

import pytest
from PIL import Image

from cluejudge.cli.inputs import gather
from cluejudge.errors import UsageError


def png(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8)).save(path, "PNG")
    return path


def names(arguments: list[str]) -> list[str]:
    return [found.name for found in gather(arguments, io.BytesIO(), 100).found]


def test_files_come_in_the_order_they_are_named(tmp_path: Path) -> None:
    second, first = png(tmp_path / "b.png"), png(tmp_path / "a.png")
    assert names([str(second), str(first)]) == [str(second), str(first)]


def test_a_folder_is_all_pictures_below_it_sorted(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "sub/c.png", ".hidden.png", ".git/d.png"):
        png(tmp_path / name)
    assert names([str(tmp_path)]) == [
        str(tmp_path / name) for name in ("a.png", "b.png", "sub/c.png")
    ]


def test_files_of_a_folder_are_known_by_content_and_by_name(tmp_path: Path) -> None:
    png(tmp_path / "picture-without-suffix")
    (tmp_path / "broken.JPG").write_bytes(b"")
    (tmp_path / "drawing.txt").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "archive").write_bytes(b"PK\3\4")
    inputs = gather([str(tmp_path)], io.BytesIO(), 100)
    assert [found.name for found in inputs.found] == [
        str(tmp_path / name) for name in ("broken.JPG", "drawing.txt", "picture-without-suffix")
    ]
    assert inputs.passed_over == (tmp_path / "archive", tmp_path / "notes.txt")


def test_a_file_named_outright_is_always_judged(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("not a picture")
    assert names([str(notes), str(tmp_path / "absent.png")]) == [
        str(notes),
        str(tmp_path / "absent.png"),
    ]


def test_standard_input_is_read_once_and_no_further_than_allowed() -> None:
    inputs = gather(["-"], io.BytesIO(b"x" * 1000), 10)
    assert inputs.found[0].name == "-"
    assert inputs.found[0].source == b"x" * 11
    with pytest.raises(UsageError, match="once"):
        gather(["-", "-"], io.BytesIO(), 10)


def test_closed_standard_input_matters_only_where_it_is_asked_for(tmp_path: Path) -> None:
    png(tmp_path / "a.png")
    assert len(gather([str(tmp_path)], None, 10).found) == 1
    with pytest.raises(UsageError, match="closed"):
        gather(["-"], None, 10)


def test_nothing_to_judge_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a picture")
    with pytest.raises(UsageError, match="no picture"):
        gather([str(tmp_path)], io.BytesIO(), 10)


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    png(tmp_path / "a.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert names([str(tmp_path)]) == [str(tmp_path / "a.png")]


def test_strange_files_do_no_harm(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    png(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")))
    inputs = gather([str(tmp_path)], io.BytesIO(), 10)
    assert [found.name for found in inputs.found] == [f"{tmp_path}/\\udcff.png"]
    assert inputs.passed_over == (tmp_path / "pipe",)
