from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.timing import Bench, Budget, Cell, Samples
from benchmarks.ways import Way

SIZE = 16


@dataclass
class Clock:
    """Goes on only when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SlowWay:
    """Takes the same time for every question."""

    name: str
    seconds: float
    clock: Clock
    asked: list[tuple[str, int]] = field(default_factory=list)
    shares: bool = False

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        self.clock.now += self.seconds * len(contents)
        self.asked.append((file.name, len(contents)))
        return [0.5] * len(contents)

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        return [0.5] * len(contents)

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        return [[1]] * len(contents)


def effort(way: Way, cell: Cell) -> float:
    return cell.questions


def warmed(budget: Budget, ways: Sequence[SlowWay], clock: Clock, folder: Path) -> Bench:
    bench = Bench(budget, effort, folder, clock)
    for way in ways:
        bench.time(way, SIZE, ["a"], bench.file(SIZE))
        way.asked.clear()
    return bench


def test_all_ways_get_the_same_new_pictures_in_turning_order(tmp_path: Path) -> None:
    clock = Clock()
    ways = [SlowWay("quick", 1, clock), SlowWay("slow", 2, clock)]
    bench = warmed(Budget(), ways, clock, tmp_path)
    bench.run(ways, [Cell(SIZE, 1), Cell(SIZE, 4)], runs=3)
    assert ways[0].asked == ways[1].asked
    assert len({name for name, _ in ways[0].asked}) == 6
    assert bench.samples.median("quick", Cell(SIZE, 4)) == 4
    assert bench.samples.median("slow", Cell(SIZE, 4)) == 8
    assert bench.samples.ratio(("slow", Cell(SIZE, 4)), ("quick", Cell(SIZE, 1))) == 8


def test_what_would_take_too_long_is_not_begun(tmp_path: Path) -> None:
    clock = Clock()
    ways = [SlowWay("quick", 1, clock), SlowWay("slow", 100, clock)]
    bench = warmed(Budget(single=200), ways, clock, tmp_path)
    bench.run(ways, [Cell(SIZE, 1), Cell(SIZE, 4)], runs=2)
    assert [count for _, count in ways[1].asked] == [1, 1]
    assert bench.samples.skipped == {("slow", Cell(SIZE, 4)): pytest.approx(520)}
    assert bench.samples.median("slow", Cell(SIZE, 4)) is None
    assert bench.samples.ratio(("slow", Cell(SIZE, 4)), ("quick", Cell(SIZE, 4))) is None


def test_whole_budget_is_kept(tmp_path: Path) -> None:
    clock = Clock()
    way = SlowWay("way", 10, clock)
    bench = warmed(Budget(whole=70), [way], clock, tmp_path)
    bench.run([way], [Cell(SIZE, 1)], runs=9)
    assert clock.now <= 70
    assert len(bench.samples.of("way", Cell(SIZE, 1))) > 3


def test_slow_cells_are_repeated_less_but_run_once(tmp_path: Path) -> None:
    clock = Clock()
    way = SlowWay("way", 10, clock)
    bench = warmed(Budget(repeated=100), [way], clock, tmp_path)
    bench.run([way], [Cell(SIZE, 1), Cell(SIZE, 20)], runs=5)
    assert len(bench.samples.of("way", Cell(SIZE, 1))) == 5
    assert len(bench.samples.of("way", Cell(SIZE, 20))) == 1


def test_ratio_is_that_of_runs_with_both() -> None:
    samples, one, many = Samples(), Cell(SIZE, 1), Cell(SIZE, 40)
    for run, (first, last) in enumerate([(1.0, 3.0), (10.0, 20.0)]):
        samples.add("way", one, run, first)
        samples.add("way", many, run, last)
    samples.add("way", many, 2, 1000.0)
    assert samples.ratio(("way", many), ("way", one)) == 2.5
