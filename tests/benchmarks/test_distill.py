from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.distill import measure, scenes
from cluejudge import Judge
from tests.api.colours import COLOURS, NOISE, SAFE, UNSAFE, picture, png
from tests.student.making import trained, write

OPEN = png(picture("blue", "red"))


def test_ways_are_measured_on_the_same_images(tmp_path: Path) -> None:
    heads = (trained("red-on-blue", 0), trained("only-black", 1))
    write(tmp_path, COLOURS, heads, ["red", "black"])
    ways = {
        "judge": Judge(COLOURS, model="fake"),
        "student": Judge(COLOURS, model=str(tmp_path)),
        "student first": Judge(COLOURS, model="fake", first=tmp_path),
    }
    judge, student, first = measure(ways, [SAFE, UNSAFE, OPEN, NOISE] * 2, chunk=3)
    assert [row.images for row in (judge, student, first)] == [8, 8, 8]
    assert all(row.ms > 0 for row in (judge, student, first))
    assert (judge.times, judge.agreed, judge.false_safe) == (1.0, 1.0, 0)
    assert student.decided == pytest.approx(0.25)
    assert first.decided == judge.decided
    assert first.agreed == 1.0


def test_scenes_are_files() -> None:
    first, second = scenes(2)
    assert first != second
    assert first.startswith(b"\x89PNG")
