"""What is computed of a picture once and used by many: remembered by the picture's digest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from cluejudge.image import Picture
from cluejudge.models.cache import Memory

V = TypeVar("V")


class ByPicture(Generic[V]):
    """`compute` for pictures, at most `batch` of them a call; the last `size` values are kept.

    Threads may share it. Two of them may compute the same value, but neither waits for the other.
    """

    def __init__(
        self, compute: Callable[[Sequence[Picture]], list[V]], *, size: int, batch: int
    ) -> None:
        self._compute = compute
        self._batch = batch
        self._memory: Memory[str, V] = Memory(size)
        self._lock = threading.Lock()

    def __call__(self, pictures: Sequence[Picture]) -> list[V]:
        """A value for each picture, in their order."""
        distinct = {picture.digest: picture for picture in pictures}
        with self._lock:
            found = {digest: self._memory.recall(digest) for digest in distinct}
        missing = [distinct[digest] for digest, known in found.items() if known is None]
        for start in range(0, len(missing), self._batch):
            part = missing[start : start + self._batch]
            computed = dict(zip([one.digest for one in part], self._compute(part), strict=True))
            found |= computed
            with self._lock:
                for digest, value in computed.items():
                    self._memory.keep(digest, value)
        return [known for picture in pictures if (known := found[picture.digest]) is not None]
