"""What became of rows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cluejudge.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows had which outcome, violated which rule, failed with which code."""

    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    violated: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.outcomes.values())

    def __add__(self, other: Tally) -> Tally:
        """The rows of both."""
        return Tally(
            dict(Counter(self.outcomes) + Counter(other.outcomes)),
            dict(Counter(self.violated) + Counter(other.violated)),
            dict(Counter(self.errors) + Counter(other.errors)),
        )
