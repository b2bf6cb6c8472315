"""Keeps two runs out of one folder, in whatever processes they are."""

from __future__ import annotations

import os
import sys
import warnings
import weakref
from contextlib import suppress
from pathlib import Path

from cluejudge.closing import Closing
from cluejudge.errors import CluejudgeWarning, UsageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK = ".lock"
_FAR = 1 << 20
"""The byte that Windows locks: far behind the text, so that others can read that."""


class Claim(Closing):
    """The right to write into `folder`, which must be there, until `close`.

    It is a lock of the system on a file `.lock` in it, so it ends with the process, however that
    ends. Raises `UsageError` if another process, or another part of this one, has it, and where
    nothing can be written. Where the file system knows no locks, that is warned of.
    """

    def __init__(self, folder: Path) -> None:
        self._end = weakref.finalize(self, _leave, folder / LOCK, _taken(folder))

    def close(self) -> None:
        """Leaves the folder to others; again, it does nothing."""
        self._end()


def _taken(folder: Path) -> int:
    """The open file that is locked, with the number of this process in it."""
    path = folder / LOCK
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UsageError(f"{folder} cannot be written into: {error.strerror}") from error
        try:
            _lock(folder, handle)
            # Whoever had it may have removed the file between the two calls.
            if _is_at(path, handle):
                os.ftruncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(folder: Path, handle: int) -> None:
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        os.lseek(handle, 0, os.SEEK_SET)
        who = os.read(handle, 20).decode("ascii", "replace")
        raise UsageError(
            f"{folder} is being written into by process {who or 'another one'}",
            hint="wait until it has finished, or give another folder",
        ) from error
    except OSError as error:
        warnings.warn(
            f"{folder} cannot be locked ({error.strerror}): take care that nothing else runs into "
            "it",
            CluejudgeWarning,
            stacklevel=5,
        )


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _leave(path: Path, handle: int) -> None:
    if sys.platform != "win32":  # where an open file cannot be removed
        with suppress(OSError):
            path.unlink()
    os.close(handle)
    if sys.platform == "win32":
        with suppress(OSError):
            path.unlink()
