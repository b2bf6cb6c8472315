"""What a command line names as images: files, folders and standard input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cluejudge.errors import UsageError
from cluejudge.image.files import files_below, is_picture
from cluejudge.report.words import one_line

STDIN = "-"


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


def _files(folder: Path) -> Iterator[Path]:
    for found in files_below(folder):
        if isinstance(found, OSError):
            raise UsageError(
                f"the folder {one_line(str(found.filename))} cannot be read: {found.strerror}"
            ) from found
        yield found


def _input(path: Path) -> Input:
    """A file; bytes of its name that are not UTF-8 are spelled out in the output."""
    return Input(str(path).encode("utf-8", "backslashreplace").decode(), path)
