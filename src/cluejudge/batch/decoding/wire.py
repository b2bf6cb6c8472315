"""Values between this process and one that decodes: a pickle, and behind it the pixels as they are.

Pixels are copied into the pipe and out of it, and nowhere else.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

import numpy as np

_SIZE = struct.Struct("<Q")


def send(file: IO[bytes], value: object) -> None:
    """Writes one value. Raises `OSError` if nobody reads."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    file.write(_SIZE.pack(len(parts)))
    file.write(b"".join(_SIZE.pack(part.nbytes) for part in parts))
    for part in parts:
        file.write(part)
    file.flush()


def receive(file: IO[bytes]) -> Any:
    """The next value. Raises `EOFError` if the other side has ended before it was whole."""
    (count,) = _SIZE.unpack(_read(file, _SIZE.size))
    sizes = [size for (size,) in _SIZE.iter_unpack(_read(file, count * _SIZE.size))]
    head, *buffers = [_read(file, size) for size in sizes]
    return pickle.loads(head, buffers=buffers)


def _read(file: IO[bytes], size: int) -> memoryview:
    """The next `size` bytes, read-only: a picture takes such pixels without copying them."""
    whole = np.empty(size, np.uint8).data
    done = 0
    while done < size:
        more = file.readinto(whole[done:])  # type: ignore[attr-defined]
        if not more:
            raise EOFError("the other side has ended")
        done += more
    return whole.toreadonly()
