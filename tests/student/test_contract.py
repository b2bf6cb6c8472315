from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.digest import rule_digest
from cluejudge.models.fake import FakeEncoder
from cluejudge.models.protocols import Grader, Scorer
from cluejudge.models.registry import load_models
from cluejudge.student.folder import read_student
from cluejudge.student.student import Student
from tests.api.colours import COLOURS
from tests.models.looking import GraderContract
from tests.student.making import rare, trained, write


class TestStudent(GraderContract):
    @pytest.fixture
    def grader(self, tmp_path: Path) -> Grader:
        write(tmp_path, COLOURS, (trained("red-on-blue", 0), rare("only-black")), ["red"])
        return Student(read_student(tmp_path), FakeEncoder())

    @pytest.fixture
    def rules(self) -> tuple[str, ...]:
        return tuple(rule_digest(rule) for rule in COLOURS.rules)


def test_a_student_keeps_the_protocols(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, (trained("red-on-blue", 0), rare("only-black")), ["red"])
    models = load_models(str(tmp_path))
    assert isinstance(models.grader, Grader)
    assert isinstance(models.scorer, Scorer)
