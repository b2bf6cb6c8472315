"""What became of rows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cluejudge.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows had which outcome, violated which rule, failed with which code."""

    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    violated: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, verdict: Verdict) -> Tally:
        """The tally of one row."""
        failed = verdict.outcome is Outcome.ERROR
        return cls(
            {verdict.outcome: 1},
            dict.fromkeys(verdict.violated, 1),
            {verdict.code or "unknown": 1} if failed else {},
        )

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.outcomes.values())

    @property
    def error_rate(self) -> float:
        """The share of errors, in [0, 1]; 0 while there are no rows."""
        return self.outcomes.get(Outcome.ERROR, 0) / self.total if self.total else 0.0

    def __add__(self, other: Tally) -> Tally:
        """The rows of both."""
        return Tally(
            dict(Counter(self.outcomes) + Counter(other.outcomes)),
            dict(Counter(self.violated) + Counter(other.violated)),
            dict(Counter(self.errors) + Counter(other.errors)),
        )
