"""Who watches a run."""

from __future__ import annotations

from typing import Protocol

from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import Told


class Watching(Protocol):
    """Who watches a run."""

    def listed(self, rows: int) -> None:
        """So many rows are listed so far."""
        ...

    def begin(self, rows: int, before: Tally) -> None:
        """There are so many rows; those of `before` are in parts."""
        ...

    def told(self, row: Told) -> None:
        """One row was judged, or found in a journal."""
        ...


class Unwatched:
    """Nobody does."""

    def listed(self, rows: int) -> None:
        """Passed over."""

    def begin(self, rows: int, before: Tally) -> None:
        """Passed over."""

    def told(self, row: Told) -> None:
        """Passed over."""
