from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import students
from benchmarks.batch_inputs import CONSTITUTION, rows, scenes
from benchmarks.batch_speed import speed, table
from benchmarks.batches import Done, resident
from cluejudge import Judge
from cluejudge.batch.summary import Spent, Summary
from cluejudge.compiled import load_compiled
from cluejudge.verdict import Outcome


def test_shares_are_of_all_judges_together() -> None:
    spent = Spent(judged=100, seconds=10, judges=2, busy=20, models=15, waiting=1)
    summary = Summary(images=100, last_run=spent).model_dump(mode="json")
    found = speed("toy", "ray", 2, Done(summary, 14.0, ()))
    assert (found.images, found.per_s, found.wall_s) == (100, 10, 14)
    assert [found.in_models, found.outside, found.waiting] == pytest.approx([0.75, 0.2, 0.05])
    assert found.overhead == pytest.approx(4 / 15)
    (shown,) = list(table({"ray": [asdict(found)]}))[2:]
    assert "| 10.00 | 75.0% | 20.0% | 26.7% | 5.0% | 14.0 |" in shown


def test_tiny_rows_are_all_different_and_can_be_judged(tmp_path: Path) -> None:
    made = pq.read_table(rows(tmp_path / "rows.parquet", 1003))
    images = made.column("image").to_pylist()
    assert len(set(images)) == len(images) == 1003
    assert made.column("id").to_pylist()[1002] == "0001002"
    judge = Judge(load_compiled(CONSTITUTION), model="fake")
    outcomes = {verdict.outcome for verdict in judge.judge_many(images[:25])}
    assert {Outcome.SAFE, Outcome.UNSAFE} <= outcomes
    assert Outcome.ERROR not in outcomes


def test_scenes_are_made_once(tmp_path: Path) -> None:
    made = scenes(tmp_path, 2, side=64)
    times = {path: path.stat().st_mtime_ns for path in made.iterdir()}
    assert len(times) == 3
    assert scenes(tmp_path, 2, side=64) == made
    assert {path: path.stat().st_mtime_ns for path in made.iterdir()} == times


def test_memory_of_processes_is_read() -> None:
    assert resident([os.getpid()]) > 10
    assert resident([]) == 0


def test_a_student_is_measured_on_what_it_decides() -> None:
    safe, unsafe, abstain = Outcome.SAFE, Outcome.UNSAFE, Outcome.ABSTAIN
    judge = {"a": safe, "b": unsafe, "c": abstain, "d": unsafe}
    student = {"a": safe, "b": unsafe, "c": safe, "d": abstain}
    found = students.against("student", judge, student, 50.0, 5.0)
    assert (found.images, found.decided, found.false_safe) == (4, 0.75, 1)
    assert found.agreed == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="same images"):
        students.against("student", judge, {"a": safe}, 1.0, 1.0)
