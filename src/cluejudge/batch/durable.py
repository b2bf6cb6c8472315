"""Files that are whole as soon as they are there, also after the machine lost its power."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new path in the same folder to write to; on leaving, that file takes the place of `path`.

    If the block raises, `path` stays as it was, and what was written is removed. A process that
    is killed leaves a file that `leftovers` finds.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _sync(path.parent)


def write_text(path: Path, text: str) -> None:
    """Writes a file, whole or not at all."""
    with replacing(path) as new:
        new.write_text(text, encoding="utf-8", newline="\n")


def leftovers(folder: Path, pattern: str) -> Iterator[Path]:
    """What killed processes left of files of `folder` whose names match `pattern`."""
    return folder.glob(f".{pattern}.{'[0-9a-f]' * 8}")


def _sync(folder: Path) -> None:
    """Makes the new name last, where the system lets one."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some mounted folders cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
