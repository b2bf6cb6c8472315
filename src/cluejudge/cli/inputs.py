"""What a command line names as images: files, folders and standard input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cluejudge.errors import ImageError, UsageError
from cluejudge.image.refusals import Code
from cluejudge.image.sniff import sniff
from cluejudge.report.words import one_line

STDIN = "-"
HEAD_BYTES = 4096

SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib"),
    *(".tif", ".tiff", ".avif", ".avifs", ".heic", ".heif", ".hif"),
    *(".svg", ".jxl", ".jp2", ".ico", ".psd"),
)
"""Names that promise a picture: such files are judged or reported, whatever they hold."""

PICTURES_REFUSED = frozenset((Code.SVG.value, Code.UNSUPPORTED_IMAGE.value))


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to judge and the name it goes by in the output."""

    name: str
    source: Path | bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything to judge in order, and the files of folders that are no pictures."""

    found: tuple[Input, ...]
    passed_over: tuple[Path, ...] = ()


def gather(arguments: Sequence[str], stdin: BinaryIO | None, max_bytes: int) -> Inputs:
    """Read what the arguments name: paths, folders with all that is in them, `-` for stdin.

    Raises `UsageError` if that is nothing, or if stdin is named twice or is closed (None).
    """
    if arguments.count(STDIN) > 1:
        raise UsageError("standard input can be read once only", hint="give `-` once")
    if STDIN in arguments and stdin is None:
        raise UsageError("standard input is closed", hint="pipe an image's bytes into it")
    found: list[Input] = []
    passed_over: list[Path] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN and stdin is not None:
            found.append(Input(STDIN, stdin.read(max_bytes + 1)))
        elif path.is_dir():
            for inner in _files(path):
                if is_picture(inner):
                    found.append(_input(inner))
                else:
                    passed_over.append(inner)
        else:
            found.append(_input(path))
    if not found:
        raise UsageError(
            f"there is no picture in {', '.join(map(one_line, arguments))}",
            hint="name image files, or a folder that holds some",
        )
    return Inputs(tuple(found), tuple(passed_over))


def is_picture(path: Path) -> bool:
    """Whether a file of a folder is to be judged: its name or its content says picture.

    A file that cannot be opened counts as one, so that it is reported and not passed over.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            sniff(file.read(HEAD_BYTES))
    except ImageError as error:
        return error.code in PICTURES_REFUSED
    except OSError:
        return True
    return True


def _files(folder: Path) -> Iterator[Path]:
    """All files below `folder`, sorted; hidden ones and folders behind links are left out."""
    for entry in _sorted(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _files(entry)
        else:
            yield entry


def _sorted(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise UsageError(
            f"the folder {one_line(str(folder))} cannot be read: {error.strerror}"
        ) from error


def _input(path: Path) -> Input:
    """A file; bytes of its name that are not UTF-8 are spelled out in the output."""
    return Input(str(path).encode("utf-8", "backslashreplace").decode(), path)
