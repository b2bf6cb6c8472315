"""What a report is written from: one run with all that was measured and said in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cluejudge.bench.metrics.judged import Judged, join
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.report.values import find, parts, real
from cluejudge.bench.samples import Truth

OWN = "clue"
"""The name of the whole method: what the others are compared with, where it ran."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one image; `read` gives its file, None where that is not at hand."""

    truth: Truth
    tags: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the benchmark.

    `config`, `environments` (one for each time that it ran) and `metrics` are what its files hold,
    and may lack anything. `predictions` are by method, `edited` by method and then by the edit of
    the images.
    """

    name: str
    config: Mapping[str, object]
    environments: Sequence[Mapping[str, object]]
    metrics: Mapping[str, object]
    known: Mapping[str, Known]
    predictions: Mapping[str, tuple[Prediction, ...]]
    edited: Mapping[str, Mapping[str, tuple[Prediction, ...]]] = field(default_factory=dict)

    @property
    def methods(self) -> Mapping[str, object]:
        """The numbers of each method, by name."""
        return parts(self.metrics, "methods")

    @property
    def main(self) -> str:
        """The method that the report is about: CLUE, or else the best; empty if there is none."""
        return OWN if OWN in self.methods else next(iter(self.ranked), "")

    def title(self, method: str) -> str:
        """What a method is, in a few words; empty if the run does not tell."""
        found = find(self.config, "methods", method, "title")
        return found if isinstance(found, str) else ""

    def judged(self, method: str) -> tuple[Judged, ...]:
        """What a method said, beside what is true: of the images that are known."""
        said = self.predictions.get(method, ())
        return join(self.known, [each for each in said if each.id in self.known])

    @property
    def ranked(self) -> tuple[str, ...]:
        """The methods by falling F1; those without one at the end."""
        numbers = self.methods

        def key(name: str) -> float:
            value = real(numbers, name, "f1")
            return 1.0 if value is None else -value

        return tuple(sorted(numbers, key=key))
