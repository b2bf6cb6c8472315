"""A student as the models of a `Judge`: alone, and before others."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cluejudge.api import Judge
from cluejudge.asks import Grade, Graded, Grades
from cluejudge.compiled import CompiledConstitution
from cluejudge.digest import rule_digest
from cluejudge.errors import CluejudgeWarning, ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.models.fake import FakeEncoder, load
from cluejudge.models.protocols import Models, Vectors
from cluejudge.models.registry import load_models
from cluejudge.settings import Thresholds
from cluejudge.student import models as students
from cluejudge.student.folder import read_student
from cluejudge.student.models import behind
from cluejudge.student.student import UNKNOWN, Student
from cluejudge.verdict import Cause, Outcome, RuleOutcome
from tests.api.colours import COLOURS, picture, png
from tests.student.making import plain, rare, trained, unlearnt, write

RED = (trained("red-on-blue", 0), trained("only-black", 1))
SAFE, UNSAFE = png(picture("white", "yellow")), png(picture("blue", "red", side=45))
OPEN = png(picture("blue", "red"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student that takes what is red for a violation, and what is black for another."""
    write(tmp_path / "student", COLOURS, RED, ["red", "black"])
    return tmp_path / "student"


@pytest.fixture
def alone(folder: Path) -> Judge:
    return Judge(COLOURS, model=str(folder))


def test_alone_it_judges_without_a_question(alone: Judge) -> None:
    safe, unsafe, unsure = alone.judge_many([SAFE, UNSAFE, OPEN])
    assert [one.outcome for one in (safe, unsafe)] == [Outcome.SAFE, Outcome.UNSAFE]
    assert (unsafe.violated, unsafe.action) == (("red-on-blue",), "review")
    assert (unsure.outcome, unsure.code) == (Outcome.ABSTAIN, Cause.UNDECIDED)
    assert "the student is not sure: P(violated)" in unsure.reason
    found = unsafe.rules[0].student
    assert found is not None
    assert (found.low, found.high) == (0.2, 0.8)
    assert found.p >= 0.8


def test_its_verdicts_say_whose_they_are(folder: Path, alone: Judge) -> None:
    verdict = alone.judge(SAFE)
    digest = read_student(folder).digest
    assert verdict.models["name"] == "student"
    assert verdict.models["student"] == digest
    assert verdict.models["judge name"] == "fake"
    assert Judge(COLOURS, model="fake").fingerprint != alone.fingerprint


def test_a_picture_that_the_recogniser_does_not_know(alone: Judge) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    verdict = alone.judge(png(Picture(noise).pil()))
    assert (verdict.outcome, verdict.code) == (Outcome.ABSTAIN, Cause.UNKNOWN_IMAGE)


def test_without_a_recogniser_every_verdict_says_so(folder: Path) -> None:
    fake = load_models("fake")
    assert not behind(folder, fake).doubts
    with pytest.warns(CluejudgeWarning, match="without a recogniser"):
        judge = Judge(COLOURS, model=replace(fake, recogniser=None), first=folder)
    assert "without a recogniser" in judge.judge(SAFE).models["doubts"]


def test_a_picture_unlike_those_it_has_learnt_of(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, RED, ["red", "black"], distance=0.3, landmarks=[plain("white")])
    judge = Judge(COLOURS, model=str(tmp_path))
    assert judge.judge(png(plain("white").pil())).outcome is Outcome.SAFE
    strange = judge.judge(png(plain("green").pil()))
    assert (strange.outcome, strange.code) == (Outcome.ABSTAIN, Cause.UNKNOWN_IMAGE)
    assert "unlike what the student has learnt of" in strange.reason


def test_first_it_decides_and_the_judge_judges_the_rest(folder: Path) -> None:
    judge, plain_judge = Judge(COLOURS, model="fake", first=folder), Judge(COLOURS, model="fake")
    safe, unsafe, passed = judge.judge_many([SAFE, UNSAFE, OPEN])
    assert [one.outcome for one in (safe, unsafe)] == [Outcome.SAFE, Outcome.UNSAFE]
    assert all(rule.student for one in (safe, unsafe) for rule in one.rules)
    own = plain_judge.judge(OPEN)
    assert (passed.outcome, passed.rules) == (own.outcome, own.rules)
    assert passed.models == own.models | {"first": passed.models["first"]}
    assert passed.models["first"].startswith("student ")
    assert judge.fingerprint != plain_judge.fingerprint


def test_verdicts_are_the_same_one_by_one(folder: Path) -> None:
    inputs = [SAFE, UNSAFE, OPEN]
    judge = Judge(COLOURS, model="fake", first=folder)
    together = [one.model_copy(update={"image": ""}) for one in judge.judge_many(inputs)]
    assert together == [judge.judge(one).model_copy(update={"image": ""}) for one in inputs]


def test_a_sibling_has_the_student_too(folder: Path) -> None:
    judge = Judge(COLOURS, model="fake", first=folder)
    assert judge.sibling().fingerprint == judge.fingerprint
    assert judge.sibling().judge(SAFE).rules[0].student is not None


def edited() -> CompiledConstitution:
    """The same rules, of which one has another meaning, one another name and weight."""
    red, black = COLOURS.rules
    changed = black.model_copy(update={"text": "only black, and nothing else"})
    renamed = red.model_copy(update={"id": "renamed", "action": "warn"})
    return COLOURS.model_copy(update={"rules": (renamed, changed)})


def test_a_rule_that_changed_is_not_known_any_more(folder: Path) -> None:
    with pytest.warns(CluejudgeWarning, match=r"never clears rule `only-black`"):
        judge = Judge(edited(), model=str(folder))
    verdict = judge.judge(SAFE)
    assert verdict.outcome is Outcome.ABSTAIN
    outcomes = {rule.rule_id: (rule.outcome, rule.reason) for rule in verdict.rules}
    assert outcomes["renamed"] == (RuleOutcome.CLEARED, "")
    assert outcomes["only-black"] == (RuleOutcome.UNSURE, UNKNOWN)


def test_a_rule_that_was_not_learnt_is_always_open(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, (RED[0], unlearnt("only-black")), ["red"])
    with pytest.warns(CluejudgeWarning, match=r"never clears rule `only-black`: by these rules"):
        judge = Judge(COLOURS, model=str(tmp_path))
    assert judge.judge(SAFE).outcome is Outcome.ABSTAIN
    assert judge.judge(UNSAFE).outcome is Outcome.UNSAFE


def test_a_rare_rule_is_cleared_and_every_verdict_says_so(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, (RED[0], rare("only-black")), ["red"])
    with pytest.warns(CluejudgeWarning, match="clears rule `only-black` unseen"):
        judge = Judge(COLOURS, model=str(tmp_path))
    verdict = judge.judge(SAFE)
    assert verdict.outcome is Outcome.SAFE
    assert "clears rule `only-black` unseen" in verdict.models["doubts"]


def test_a_judge_that_is_set_otherwise_is_doubted(folder: Path) -> None:
    with pytest.warns(CluejudgeWarning, match="other thresholds"):
        judge = Judge(COLOURS, model="fake", first=folder, thresholds=Thresholds(prior_low=0.1))
    assert "other thresholds" in judge.judge(SAFE).models["doubts"]


def test_some_of_the_rules_that_it_learnt_are_doubted(folder: Path) -> None:
    some = COLOURS.model_copy(update={"rules": COLOURS.rules[:1]})
    with pytest.warns(CluejudgeWarning, match="proved for all the rules that it learnt"):
        judge = Judge(some, model=str(folder))
    assert "of which these are some" in judge.judge(SAFE).models["doubts"]


def test_another_judge_than_it_learnt_of_is_doubted(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, RED, ["red", "black"], models={"name": "m", "model": "other 2"})
    with pytest.warns(CluejudgeWarning, match=r"learnt of another one: name m"):
        Judge(COLOURS, model="fake", first=tmp_path)


def test_a_student_before_a_student(folder: Path) -> None:
    with pytest.raises(UsageError, match="is a student itself"):
        Judge(COLOURS, model=str(folder), first=folder)


def test_no_student_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no student in"):
        Judge(COLOURS, model="fake", first=tmp_path)


class Mirrored(FakeEncoder):
    """Sees colours the other way round."""

    def embed_images(self, images: Sequence[Picture]) -> Vectors:
        return np.ascontiguousarray(super().embed_images(images)[:, ::-1])


def test_an_encoder_that_sees_otherwise_is_not_looked_through(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(load(), encoder=Mirrored())
    judge = Judge(COLOURS, model=behind(folder, other))
    assert judge.judge(UNSAFE).violated == ("red-on-blue",)
    monkeypatch.setattr(students, "load_encoder", lambda _: other)
    with pytest.raises(ModelError, match="sees otherwise than when the student learnt"):
        Judge(COLOURS, model=str(folder))


def test_grades_depend_on_the_picture_alone(folder: Path) -> None:
    learnt = read_student(folder)
    student = Student(learnt, FakeEncoder())
    rules = tuple(rule_digest(rule) for rule in COLOURS.rules)
    pictures = [plain("red"), plain("red", "white", "white"), plain("black"), plain("red")]
    asks = [Grade(one, rules) for one in pictures]
    together = student.grade(asks)
    assert together == [student.grade([ask])[0] for ask in asks]
    assert together[0] == together[3]
    assert student.grade([Grade(pictures[0], rules[::-1])])[0].rules == together[0].rules[::-1]
    red = together[0].rules[0]
    assert isinstance(red, Graded)
    assert red.violated is True


def test_vectors_that_are_none(folder: Path) -> None:
    class Broken(FakeEncoder):
        def embed_images(self, images: Sequence[Picture]) -> Vectors:
            return super().embed_images(images) * 2

    student = Student(read_student(folder), Broken())
    with pytest.raises(ModelError, match="not 1"):
        student.grade([Grade(plain("red"), ())])


@pytest.mark.parametrize("spec", ["student:{}", "{}", "{}/"])
def test_the_folder_of_a_student_names_it(folder: Path, spec: str) -> None:
    models: Models = load_models(spec.format(folder))
    assert models.name == "student"
    assert not models.questions


def test_grades_know_what_is_near() -> None:
    assert Grades((), 0.1, 0.1).known
    assert not Grades((), 0.2, 0.1).known


def test_no_warning_where_all_is_known(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Judge(COLOURS, model="fake", first=folder)
