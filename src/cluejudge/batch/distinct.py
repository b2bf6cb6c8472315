"""How many different digests there are among very many: counted on disk, in little memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

BUCKETS = 256
BUFFER = 1 << 14
FEW = 20_000
"""So many digests are counted in memory."""

Words = NDArray[np.uint64]


def distinct(batches: Iterable[Iterable[str]], rows: int, scratch: Path) -> int:
    """The number of different digests (sha256, hex) in all batches; empty ones do not count.

    `rows` is how many there are in all. Where they are many, 9 bytes of each are kept in files in
    `scratch`, one for each first byte, which are counted one after another: a hundred million take
    some 20 MB of memory and 800 MB of disk. Two are taken for one if those 9 bytes are the same,
    which chance does not make.
    """
    if rows <= FEW:
        return len({digest for batch in batches for digest in batch if digest})
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        paths = [Path(name) / f"{bucket:02x}" for bucket in range(BUCKETS)]
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("wb", BUFFER)) for path in paths]
            for batch in batches:
                _put(_words(batch), files)
        return sum(len(np.unique(np.fromfile(path, np.uint64))) for path in paths)


def _words(digests: Iterable[str]) -> Words:
    """uint64 [digests, 2]: the first byte, and the eight behind it."""
    raw = b"".join(bytes.fromhex(digest[:18]) for digest in digests if digest)
    octets = np.frombuffer(raw, np.uint8).reshape(-1, 9)
    words = np.empty((len(octets), 2), np.uint64)
    words[:, 0] = octets[:, 0]
    words[:, 1] = np.ascontiguousarray(octets[:, 1:]).view(np.uint64)[:, 0]
    return words


def _put(words: Words, files: list[BinaryIO]) -> None:
    """Appends each to the file of its bucket."""
    ordered = words[np.argsort(words[:, 0], kind="stable")]
    starts = np.searchsorted(ordered[:, 0], np.arange(BUCKETS + 1))
    for bucket in np.flatnonzero(np.diff(starts)):
        files[bucket].write(ordered[starts[bucket] : starts[bucket + 1], 1].tobytes())
