"""From pictures to a batch, to a student, and to verdicts by it: nothing is stood in for."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cluejudge.api import Judge
from cluejudge.distill.report import REPORT, DistillReport
from cluejudge.distill.run import distill
from cluejudge.distill.settings import DistillSettings
from cluejudge.errors import CluejudgeWarning, UsageError
from cluejudge.student.card import HeadKind
from cluejudge.student.folder import read_student
from cluejudge.verdict import Outcome
from tests.distill.collection import RULES, blocks, draw, judge

COUNT = 500
SETTINGS = DistillSettings(risk=0.05, alarm_risk=0.1, clear_rare=True)


class Lesson:
    """One run that all tests learn from, and what was made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = draw(folder / "pictures", COUNT)
        self.run = judge(self.pictures, folder / "run")
        self.student = folder / "student"
        self.report = distill(self.run, self.student, settings=SETTINGS, workers=1)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return Lesson(tmp_path_factory.mktemp("lesson"))


def test_what_is_told_of_it(lesson: Lesson) -> None:
    report = lesson.report
    written = (lesson.student / REPORT).read_text()
    assert DistillReport.model_validate_json(written) == report
    assert report.rows == COUNT + 2
    assert report.left_out == {"errors": 1, "duplicates": 1}
    assert sum(report.pictures.values()) == COUNT
    rules = {rule.rule_id: rule for rule in report.rules}
    for name in ("red", "blue"):
        assert rules[name].kind is HeadKind.TRAINED
        assert (rules[name].auroc or 0) > 0.99
        assert rules[name].decided > 0.5
    assert rules["purple"].kind is HeadKind.RARE
    assert report.images.decided > 0.3
    assert report.images.called_safe > 20
    assert report.student == read_student(lesson.student).digest


def test_it_agrees_with_the_judge_on_pictures_to_come(lesson: Lesson, tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.png" for seed in range(10**6, 10**6 + 150)]
    for path in paths:
        blocks(int(path.stem)).save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CluejudgeWarning)  # of what is cleared as rare
        alone = Judge(RULES, model=str(lesson.student))
        first = Judge(RULES, model="fake", first=lesson.student)
    own = list(Judge(RULES, model="fake").judge_many(paths))
    students = list(alone.judge_many(paths))
    both = list(first.judge_many(paths))
    decided = [one for one in students if one.outcome in {Outcome.SAFE, Outcome.UNSAFE}]
    assert len(decided) > 50
    wrong = {
        one.image
        for one, judged in zip(students, own, strict=True)
        if one.outcome in {Outcome.SAFE, Outcome.UNSAFE} and one.outcome is not judged.outcome
    }
    assert len(wrong) <= 5
    for cascade, judged in zip(both, own, strict=True):
        assert cascade.outcome is judged.outcome or cascade.image in wrong
        assert bool(cascade.rules[0].student) or cascade.rules == judged.rules


def test_the_same_run_makes_the_same_student(lesson: Lesson, tmp_path: Path) -> None:
    report = distill(lesson.run, tmp_path / "again", settings=SETTINGS, workers=2)
    assert report == lesson.report


def test_another_encoder(lesson: Lesson, tmp_path: Path) -> None:
    fewer = SETTINGS.model_copy(update={"images": 250})
    report = distill(lesson.run, tmp_path / "s", encoder="embedded", settings=fewer, workers=1)
    assert report.encoder == "embedded"
    assert report.left_out["more than asked for"] > 150
    assert read_student(tmp_path / "s").card.dimensions == 96


def test_images_that_are_gone_or_changed_are_left_out(lesson: Lesson, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(lesson.pictures, moved)
    (moved / "0002.png").unlink()
    (moved / "0003.png").write_bytes((moved / "0004.png").read_bytes())
    report = distill(lesson.run, tmp_path / "s", where=str(moved), settings=SETTINGS, workers=1)
    assert report.left_out["cannot be read any more"] == 1
    assert report.left_out["changed since they were judged"] == 1
    assert sum(report.pictures.values()) == COUNT - 2


def test_a_folder_that_holds_no_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run"):
        distill(tmp_path, tmp_path / "student")


def test_a_folder_that_holds_something_else(lesson: Lesson, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear all")
    with pytest.raises(UsageError, match="is not empty and holds no student"):
        distill(lesson.run, tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear all"


def test_models_without_an_encoder(lesson: Lesson, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no encoder of its own"):
        distill(lesson.run, tmp_path / "s", encoder="chat:m@http://localhost:1")


def test_a_run_without_its_listing(lesson: Lesson, tmp_path: Path) -> None:
    shutil.copytree(lesson.run, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / ".work")
    with pytest.raises(UsageError, match=r"no listing .* judges nothing anew"):
        distill(tmp_path / "run", tmp_path / "s", settings=SETTINGS, workers=1)


def test_a_run_that_is_not_finished_teaches_what_it_has(lesson: Lesson, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(lesson.run, run)
    part = sorted(run.glob("part-*.parquet"))[-1]
    rows = pq.read_metadata(part).num_rows
    part.unlink()
    report = distill(run, tmp_path / "s", settings=SETTINGS, workers=1)
    assert report.left_out["not judged yet"] == rows
    assert report.rows == COUNT + 2 - rows


def test_rules_that_were_changed_since_they_were_judged_by(lesson: Lesson, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(lesson.run, run)
    rules = run / "constitution.yaml"
    rules.write_text(rules.read_text().replace("something blue", "something green"))
    with pytest.raises(UsageError, match="it was changed since"):
        distill(run, tmp_path / "s")


@pytest.mark.filterwarnings("ignore::cluejudge.errors.CluejudgeWarning")
def test_nobody_learns_from_itself(lesson: Lesson, tmp_path: Path) -> None:
    few = draw(tmp_path / "few", 3)
    run = judge(few, tmp_path / "first", first=str(lesson.student))
    with pytest.raises(UsageError, match="nobody can learn from itself"):
        distill(run, tmp_path / "s")


def test_too_few_images(tmp_path: Path) -> None:
    run = judge(draw(tmp_path / "few", 20), tmp_path / "run")
    with pytest.raises(UsageError, match="too few to learn from"):
        distill(run, tmp_path / "s", workers=1)
    assert not (tmp_path / "s").exists()
