"""Timing ways to ask side by side, within a budget of time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.contents import CONTENTS, draw
from benchmarks.ways import Way

_SLACK = 1.3
"""How much longer than its work says a way is expected to take, for more questions than before."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What is measured: so many questions about a picture of so many tokens."""

    image_tokens: int
    questions: int


Effort = Callable[[Way, Cell], float]
"""The work of a way in a cell, in any unit: estimates of time go by it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds for all, for one measurement, and for all runs of one (which has one in any case)."""

    whole: float = float("inf")
    single: float = float("inf")
    repeated: float = float("inf")


@dataclass(slots=True)
class Samples:
    """Seconds by way and cell, of each run; `skipped` has an estimate of what was not measured."""

    seconds: dict[tuple[str, Cell], dict[int, float]] = field(default_factory=dict)
    skipped: dict[tuple[str, Cell], float] = field(default_factory=dict)

    def add(self, way: str, cell: Cell, run: int, seconds: float) -> None:
        """One measurement."""
        self.seconds.setdefault((way, cell), {})[run] = seconds

    def of(self, way: str, cell: Cell) -> dict[int, float]:
        """The seconds of each run; empty if it was not measured."""
        return self.seconds.get((way, cell), {})

    def median(self, way: str, cell: Cell) -> float | None:
        """None if it was not measured."""
        found = self.of(way, cell)
        return median(found.values()) if found else None

    def ratio(self, over: tuple[str, Cell], under: tuple[str, Cell]) -> float | None:
        """The median of the ratios within runs that have both; None if there is none."""
        one, other = self.of(*over), self.of(*under)
        ratios = [one[run] / other[run] for run in one.keys() & other.keys()]
        return median(ratios) if ratios else None


class Bench:
    """Measures ways, and knows from what it measured how long the next will take.

    Each way must have been timed once before `run`, which warms it up too.
    """

    def __init__(
        self,
        budget: Budget,
        effort: Effort,
        folder: Path,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.samples = Samples()
        self._budget = budget
        self._effort = effort
        self._folder = folder
        self._clock = clock
        self._began = clock()
        self._rates: dict[str, float] = {}
        self._pictures = 0

    def file(self, image_tokens: int) -> Path:
        """A picture that was not there before."""
        self._pictures += 1
        return draw(image_tokens, self._pictures, self._folder)

    def time(
        self, way: Way, image_tokens: int, contents: Sequence[str], file: Path
    ) -> tuple[float, list[float]]:
        """Seconds, and P(Yes) of each content."""
        started = self._clock()
        answers = way.ask(file, contents)
        seconds = self._clock() - started
        self._rates[way.name] = seconds / self._effort(way, Cell(image_tokens, len(contents)))
        return seconds, answers

    def run(self, ways: Sequence[Way], cells: Sequence[Cell], runs: int) -> None:
        """All cells in each run, in each all ways that the budget has time for."""
        for run in range(runs):
            turn = run % len(ways)
            for cell in cells:
                self._compare((*ways[turn:], *ways[:turn]), cell, run)

    def _compare(self, ways: Sequence[Way], cell: Cell, run: int) -> None:
        file: Path | None = None
        for way in ways:
            if self._takes(way, cell):
                file = file or self._fresh(cell)
                contents = CONTENTS[: cell.questions]
                seconds, _ = self.time(way, cell.image_tokens, contents, file)
                self.samples.add(way.name, cell, run, seconds)

    def _fresh(self, cell: Cell) -> Path:
        gc.collect()  # so that it need not be done while a way is timed
        return self.file(cell.image_tokens)

    def _takes(self, way: Way, cell: Cell) -> bool:
        estimate = _SLACK * self._rates[way.name] * self._effort(way, cell)
        left = self._budget.whole - (self._clock() - self._began)
        spent = sum(self.samples.of(way.name, cell).values())
        if spent:
            return estimate < left and spent + estimate < self._budget.repeated
        takes = estimate < min(left, self._budget.single)
        if not takes:
            self.samples.skipped[way.name, cell] = estimate
        return takes
