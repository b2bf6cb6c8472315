"""The bytes of a video, from memory or from a file that is never read as a whole."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cluejudge.image.deadline import Deadline
from cluejudge.image.reading import open_regular, reading
from cluejudge.image.refusals import Code, refuse

_CHUNK = 1 << 20


class VideoFile:
    """What a demuxer reads from; each read checks the deadline. There is nothing to write to."""

    def __init__(self, file: BinaryIO, where: Path, deadline: Deadline) -> None:
        self._file, self._where, self.deadline = file, where, deadline
        with reading(where):
            self.size = file.seek(0, io.SEEK_END)
            file.seek(0)

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises `ImageError` where the system cannot read or the time is over."""
        self.deadline.check()
        with reading(self._where):
            return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position, in bytes from the start."""
        with reading(self._where):
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position, in bytes from the start."""
        return self._file.tell()

    def head(self, size: int) -> bytes:
        """The first `size` bytes, or all there are."""
        self.seek(0)
        return self.read(size)

    def sha256(self) -> str:
        """Of all bytes, 64 hex digits."""
        digest = hashlib.sha256()
        self.seek(0)
        while chunk := self.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest()


@contextmanager
def opened(data: bytes | Path, most: int, deadline: Deadline) -> Iterator[VideoFile]:
    """`data` for reading. Raises `ImageError` as `image.read` does; `most` is bytes."""
    where = Path("the input") if isinstance(data, bytes) else data
    with io.BytesIO(data) if isinstance(data, bytes) else open_regular(data) as raw:
        file = VideoFile(raw, where, deadline)
        if file.size == 0:
            raise refuse(Code.EMPTY, "the input has no bytes")
        if file.size > most:
            raise refuse(Code.TOO_MANY_BYTES, f"the input has more than the {most} bytes allowed")
        yield file
