"""Memory for decoded images: a file of a hundred kilobytes may hold a hundred million pixels."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cluejudge.errors import ImageError
from cluejudge.image.deadline import Deadline
from cluejudge.image.pillow import strict_pillow
from cluejudge.image.sniff import sniff
from cluejudge.image.source import Source
from cluejudge.settings import Limits

MOST = 400_000_000
"""Pixels of all images that are judged at a time.

Each takes seven to nine bytes on the way, one of a transparent picture about twenty.
"""


class Room:
    """So many pixels at a time, for who came first; what has more is let in when all is free."""

    def __init__(self, most: int = MOST) -> None:
        self._most = self._left = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def of(self, pixels: int) -> AsyncIterator[None]:
        """Room for `pixels`, waited for."""
        size = min(pixels, self._most)
        await self._take(size)
        try:
            yield
        finally:
            self._give(size)

    async def _take(self, size: int) -> None:
        if not self._waiting and size <= self._left:
            self._left -= size
            return
        let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, let_in))
        try:
            await let_in
        except asyncio.CancelledError:
            self._give(0 if let_in.cancelled() else size)
            raise

    def _give(self, size: int) -> None:
        self._left += size
        while self._waiting:
            wanted, let_in = self._waiting[0]
            if not let_in.cancelled():
                if wanted > self._left:
                    return
                self._left -= wanted
                let_in.set_result(None)
            self._waiting.popleft()


def pixels(data: bytes, limits: Limits) -> int:
    """How many pixels an image may come to, by its headers; 0 for what cannot be read.

    A page may be larger than the first one, so that each counts as the largest there may be.
    """
    try:
        with strict_pillow():
            source = Source(data, sniff(data), limits, Deadline.after(limits.max_seconds))
    except (ImageError, MemoryError):
        return 0
    width, height = source.size
    frames = min(source.frames, limits.max_frames)
    each = limits.max_pixels if frames > 1 and source.unit == "page" else width * height
    return min(frames * each, limits.max_view_pixels)
