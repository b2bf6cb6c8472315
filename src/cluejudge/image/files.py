"""Which files of a folder are pictures, by their names and their content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from cluejudge.errors import ImageError
from cluejudge.image.refusals import Code
from cluejudge.image.sniff import sniff

HEAD_BYTES = 4096
"""As much of a file's beginning tells what it is."""

SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib"),
    *(".tif", ".tiff", ".avif", ".avifs", ".heic", ".heif", ".hif"),
    *(".svg", ".jxl", ".jp2", ".ico", ".psd"),
)
"""Names that promise a picture: such files are judged or reported, whatever they hold."""

_PICTURES_REFUSED = frozenset((Code.SVG.value, Code.UNSUPPORTED_IMAGE.value))


def is_picture(path: Path) -> bool:
    """Whether a file of a folder is to be judged: its name or its content says picture.

    A file that cannot be opened counts as one, so that it is reported and not passed over.
    """
    if named_picture(path.name):
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return holds_picture(file.read(HEAD_BYTES))
    except OSError:
        return True


def named_picture(name: str) -> bool:
    """Whether a file's name promises a picture."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


def holds_picture(head: bytes) -> bool:
    """Whether what begins with `head` is a picture, also one of a type that is not judged."""
    try:
        sniff(head)
    except ImageError as error:
        return error.code in _PICTURES_REFUSED
    return True


def holds_video(head: bytes) -> bool:
    """Whether what begins with `head` is a video, or sound in the container of one."""
    try:
        sniff(head)
    except ImageError as error:
        return error.code == Code.VIDEO
    return False


def _anywhere(_folder: Path) -> bool:
    return True


def files_below(
    folder: Path, enter: Callable[[Path], bool] = _anywhere, *, links: bool = False
) -> Iterator[Path | OSError]:
    """All files below `folder`, sorted within each folder; hidden files and folders are left out.

    Folders that `enter` declines are left out, and those behind links without `links`. A folder
    that cannot be read is told by its error, with its `filename`, in its place.
    """
    return (one for one in all_below(folder, enter, links=links) if one is not None)


def all_below(
    folder: Path, enter: Callable[[Path], bool], *, links: bool
) -> Iterator[Path | OSError | None]:
    """As `files_below`; None stands for what is hidden, and for a folder behind a link."""
    under_way = [_entries(folder)]  # no recursion: folders may be deeper than Python's stack
    while under_way:
        entry = next(under_way[-1], None)
        if entry is None:
            under_way.pop()
        elif isinstance(entry, OSError):
            yield entry
        elif entry.name.startswith("."):
            yield None
        elif not _is_folder(entry):
            yield Path(entry.path)
        elif entry.is_symlink() and not links:
            yield None
        elif enter(Path(entry.path)):
            under_way.append(_entries(Path(entry.path)))


def _entries(folder: Path) -> Iterator[os.DirEntry[str] | OSError]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield error
    else:
        yield from entries


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that lead round in a circle
        return False
