from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import peers, questions
from benchmarks.contents import CONTENTS, draw
from benchmarks.questions import Lengths, Result, compare, findings, open_ways, table
from benchmarks.shapes import TINY
from benchmarks.timing import Budget
from benchmarks.ways import Way

ROOT = Path(__file__).parents[2]
SIZES = (64,)


@pytest.fixture(scope="module")
def ways(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Way]:
    return open_ways(checkpoint, tmp_path_factory.mktemp("work"), "float32")


@pytest.fixture(scope="module")
def result(ways: list[Way], tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("pictures")
    return compare(TINY, ways, folder, sizes=SIZES, checked=SIZES, counts=(1, 3), runs=2)


def test_every_way_answers_as_one_by_one(result: Result) -> None:
    names = {"packed", "fork", "naive", "transformers decision"}
    assert names <= set(result.ways)
    assert peers.GLANCE in result.ways or peers.missing()
    assert {way for way, _ in result.off} == set(result.ways)
    assert all(off < 1e-4 for off in result.off.values())


def test_rows_are_what_was_measured(result: Result) -> None:
    rows = list(result.rows())
    assert len(rows) == 2 * len(result.ways)
    for row in rows:
        assert set(row) >= {
            "model",
            "dtype",
            "way",
            "image_tokens",
            "questions",
            "median_s",
            "runs",
        }
        assert row["runs"] == 2
        assert isinstance(row["median_s"], float)
        assert row["median_s"] > 0
    assert json.loads(json.dumps(rows)) == rows


def test_table_has_every_way_and_says_what_is_missing(result: Result) -> None:
    lines = list(table(result))
    assert all(any(line.startswith(f"| {way} ") for line in lines) for way in result.ways)
    assert not any("not run" in line for line in lines)
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
    assert any("packed are" in line for line in findings(result))


def test_what_was_skipped_has_no_row(ways: list[Way], tmp_path: Path) -> None:
    budget = Budget(single=0)
    found = compare(
        TINY, ways[:1], tmp_path, sizes=SIZES, checked=SIZES, counts=(1, 3), budget=budget, runs=1
    )
    assert list(found.rows()) == []
    assert sum("not run, about" in line for line in table(found)) == 1
    assert list(findings(found)) == []


class Liar:
    """Answers quickly what it was not asked."""

    name = "liar"
    shares = True

    def __init__(self, way: Way) -> None:
        self._way = way

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        return [0.0] * len(contents)

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        return self._way.oracle(file, contents)

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        return self._way.prompts(file, contents)


def test_wrong_answers_are_told(ways: list[Way], tmp_path: Path) -> None:
    found = compare(
        TINY, [Liar(ways[0])], tmp_path, sizes=SIZES, checked=SIZES, counts=(1,), runs=1
    )
    assert found.off["liar", SIZES[0]] > 0.1


def test_answers_depend_on_the_picture(ways: list[Way], tmp_path: Path) -> None:
    files = [draw(SIZES[0], seed, tmp_path) for seed in range(2)]
    for way in ways:
        one, other = (way.ask(file, CONTENTS[:2]) for file in files)
        assert one != pytest.approx(other, abs=1e-3)


def test_questions_are_as_long_as_documented(ways: list[Way], tmp_path: Path) -> None:
    file = draw(SIZES[0], 0, tmp_path)
    for way in ways:
        prompts = way.prompts(file, CONTENTS)
        if way.name in questions.PEERS:
            assert all(25 <= len(ids) <= 40 for ids in prompts)
        else:
            assert 15 < Lengths.of(prompts).own < 17


def test_lengths_are_cut_where_the_prompts_part() -> None:
    assert Lengths.of([[1, 2, 3], [1, 2, 4, 5]]) == Lengths(2, 1.5)


def test_it_runs_as_a_script() -> None:
    command = [sys.executable, "benchmarks/questions.py", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
