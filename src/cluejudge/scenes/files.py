"""Labelled scenes as files: PNG images and `labels.jsonl`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image as PILImage

from cluejudge.errors import UsageError
from cluejudge.scenes.label import SceneLabel

LABELS = "labels.jsonl"
_PART = f"{LABELS}.part"
_IMAGES = "[0-9]" * 6 + ".png"


def write_scenes(
    folder: Path, scenes: Iterable[tuple[PILImage.Image, SceneLabel]], *, force: bool = False
) -> Iterator[SceneLabel]:
    """Write each image and yield its label; `labels.jsonl` appears when all images are there.

    Raises `UsageError` at once if `folder` is not empty; with `force`, the scenes of an earlier
    run in it are removed, and other files left alone.
    """
    _prepare(folder, force=force)
    return _write(folder, scenes)


def _prepare(folder: Path, *, force: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not force and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty", hint="name another folder, or replace its scenes with --force"
        )
    for name in (LABELS, _PART, _IMAGES):
        for old in folder.glob(name):
            old.unlink()


def _write(
    folder: Path, scenes: Iterable[tuple[PILImage.Image, SceneLabel]]
) -> Iterator[SceneLabel]:
    part = folder / _PART
    with part.open("w", encoding="utf-8", newline="\n") as lines:
        for image, label in scenes:
            image.save(folder / label.image, format="PNG")
            lines.write(label.to_json() + "\n")
            yield label
    part.rename(folder / LABELS)
