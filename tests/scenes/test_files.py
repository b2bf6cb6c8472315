from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cluejudge.errors import UsageError
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.files import LABELS, write_scenes


def write(folder: Path, count: int, *, force: bool = False) -> None:
    for _ in write_scenes(folder, make_scenes(count, 5, side=48), force=force):
        pass


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_images_and_labels_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "scenes"
    write(folder, 3)
    assert sorted(contents(folder)) == ["000000.png", "000001.png", "000002.png", LABELS]
    lines = [json.loads(line) for line in (folder / LABELS).read_text("utf-8").splitlines()]
    assert [line["image"] for line in lines] == ["000000.png", "000001.png", "000002.png"]
    drawn = [image for image, _ in make_scenes(3, 5, side=48)]
    for line, image in zip(lines, drawn, strict=True):
        with Image.open(folder / line["image"]) as read:
            assert read.tobytes() == image.tobytes()


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a", 3)
    write(tmp_path / "b", 3)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_labels_appear_when_all_images_are_there(tmp_path: Path) -> None:
    begun = write_scenes(tmp_path, make_scenes(3, 5, side=48))
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert "000000.png" in contents(tmp_path)
    assert LABELS not in contents(tmp_path)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        write_scenes(tmp_path, make_scenes(1, 5, side=48))
    assert list(contents(tmp_path)) == ["notes.txt"]


def test_force_replaces_scenes_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, 3)
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path, 1, force=True)
    assert sorted(contents(tmp_path)) == ["000000.png", LABELS, "notes.txt"]
