"""Very many records, each beginning with a digest, put in groups that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BUFFER = 1 << 14
"""Bytes of a bucket that are held in memory before they are written."""

Records = NDArray[np.uint8]
"""uint8 [records, width]."""


class Buckets:
    """Records of `width` bytes, in one bucket for each first byte.

    A hundred million of 40 bytes take 4 MB of memory and 4 GB of disk, in files in `scratch`,
    which is the caller's to remove.
    """

    def __init__(self, scratch: Path, width: int) -> None:
        self._scratch, self._width = scratch, width
        self._held: dict[int, bytearray] = {}

    def put(self, records: Records) -> None:
        """Adds records. Raises `OSError` if they cannot be written."""
        ordered = records[np.argsort(records[:, 0], kind="stable")]
        starts = np.searchsorted(ordered[:, 0], np.arange(257))
        for bucket in np.flatnonzero(np.diff(starts)).tolist():
            held = self._held.setdefault(bucket, bytearray())
            held += ordered[starts[bucket] : starts[bucket + 1]].tobytes()
            if len(held) >= BUFFER:
                with self._path(bucket).open("ab") as file:
                    file.write(held)
                held.clear()

    def __iter__(self) -> Iterator[Records]:
        """The buckets by their first bytes; in each the records in the order they were put."""
        for bucket, held in sorted(self._held.items()):
            path = self._path(bucket)
            written = path.read_bytes() if path.exists() else b""
            yield np.frombuffer(written + held, np.uint8).reshape(-1, self._width)

    def _path(self, bucket: int) -> Path:
        return self._scratch / f"{bucket:02x}"
