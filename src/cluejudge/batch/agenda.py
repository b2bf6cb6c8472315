"""What is to be fetched next: filled by the thread that judges, emptied by the one that fetches."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from cluejudge.batch.entries import Entry

K = TypeVar("K")


class Agenda(Generic[K]):
    """Entries under their keys, until `close`; iterating waits for more."""

    def __init__(self) -> None:
        self._lists: deque[tuple[K, Sequence[Entry]]] = deque()
        self._closed = False
        self._changed = threading.Condition()

    @property
    def rows(self) -> int:
        """How many entries nobody has begun to fetch."""
        with self._changed:
            return sum(len(entries) for _, entries in self._lists)

    def add(self, key: K, entries: Sequence[Entry], *, first: bool = False) -> None:
        """Puts entries behind all others, or before them."""
        with self._changed:
            if first:
                self._lists.appendleft((key, entries))
            else:
                self._lists.append((key, entries))
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the iteration, at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[tuple[K, Sequence[Entry]]]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lists or self._closed)
                if self._closed:
                    return
                found = self._lists.popleft()
            yield found
