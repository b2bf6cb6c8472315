"""Bytes of one file, never more than allowed, and only of a regular file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cluejudge.errors import ImageError
from cluejudge.image.refusals import Code, refuse
from cluejudge.settings import Limits

# Non-blocking, so that a pipe put in a file's place between the two checks cannot hold us up.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def read(source: str | Path | bytes, limits: Limits | None = None) -> bytes:
    """The bytes of a file, opened for reading only; bytes are checked and returned as they are.

    Raises `ImageError` with code `missing`, `directory`, `not_a_file`, `no_permission`,
    `unreadable`, `empty` or `too_many_bytes`.
    """
    limits = limits or Limits()
    data = source if isinstance(source, bytes) else _file(Path(source), limits.max_bytes)
    check_bytes(data, limits)
    return data


def read_head(path: Path, size: int) -> bytes:
    """The first `size` bytes of a file, or all it has; raises as `read` does, but for its size."""
    return _file(path, size - 1)


def check_bytes(data: bytes, limits: Limits) -> None:
    """Raise `ImageError` with code `empty` or `too_many_bytes` where `data` is."""
    if not data:
        raise refuse(Code.EMPTY, "the input has no bytes")
    if len(data) > limits.max_bytes:
        raise refuse(
            Code.TOO_MANY_BYTES, f"the input has more than the {limits.max_bytes} bytes allowed"
        )


def _file(path: Path, max_bytes: int) -> bytes:
    with open_regular(path) as file, reading(path):
        return file.read(max_bytes + 1)


def open_regular(path: Path) -> BinaryIO:
    """A regular file, open for reading only; raises as `read` does."""
    with reading(path):
        try:
            _check_regular(os.stat(path).st_mode, path)
            file = os.fdopen(os.open(path, _FLAGS), "rb")
        except ValueError as error:
            message = f"{str(path)!r} cannot be the name of a file"
            raise refuse(Code.MISSING, message) from error
        try:
            _check_regular(os.fstat(file.fileno()).st_mode, path)
        except (OSError, ImageError):
            file.close()
            raise
        return file


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system answers about a file into `ImageError`."""
    try:
        yield
    except OSError as error:
        raise _unread(path, error) from error


def _check_regular(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise refuse(Code.DIRECTORY, f"{path} is a directory")
    if not stat.S_ISREG(mode):
        raise refuse(Code.NOT_A_FILE, f"{path} is a pipe, a device or a socket")


def _unread(path: Path, error: OSError) -> ImageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refuse(Code.MISSING, f"there is no file {path}")
    if isinstance(error, PermissionError):
        return refuse(Code.NO_PERMISSION, f"{path} may not be read")
    return refuse(Code.UNREADABLE, f"{path} cannot be read: {error.strerror or error}")
