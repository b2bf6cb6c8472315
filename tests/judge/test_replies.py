from __future__ import annotations

import json
import math

import numpy as np
import pytest

from cluejudge.asks import (
    Ask,
    Boxes,
    Failed,
    Grade,
    Graded,
    Grades,
    Locate,
    Located,
    Reason,
    Reasoning,
    Recognise,
    Recognition,
    Refused,
    Relate,
    Relations,
    Reply,
    Score,
    YesNo,
)
from cluejudge.image import Box
from cluejudge.judge.replies import checked
from tests.judge.script import PICTURE

SCORE = Score(PICTURE, "a cat")
REASON = Reason(PICTURE, "a cat")
LOCATE = Locate(PICTURE, ("cat",))
RELATE = Relate(PICTURE, ("a", "b"))
RECOGNISE = Recognise(PICTURE)
GRADE = Grade(PICTURE, ("5f70", "91aa"))
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("ask", "reply"),
    [
        (SCORE, YesNo(-0.1, -3.0)),
        (SCORE, YesNo(-INF, 0.0)),
        (SCORE, YesNo(-INF, -INF)),
        (SCORE, YesNo(-0.7, -5.0, 0.0, 0.2)),
        (REASON, Reasoning("so", None, None, 0)),
        (REASON, Reasoning("so", True, 1.0, 3)),
        (LOCATE, Boxes((), 0.05)),
        (LOCATE, Boxes((Located(Box(0, 0, 100, 100), "cat", 0.4),), 0.05)),
        (RELATE, Relations((0.1, -0.2), 0.22)),
        (RECOGNISE, Recognition(0.1, 0.5)),
        (GRADE, Grades((Graded(0.0), Graded(1.0, 0.1, 0.9)), 0.3, 0.2)),
        (GRADE, Grades((Graded(0.5, 0.1), "nobody knows"), 0.1, 0.2)),
        (SCORE, Failed("no", retryable=True)),
        (SCORE, Refused("I would rather not")),
    ],
)
def test_answers_pass(ask: Ask, reply: Reply) -> None:
    assert checked(ask, reply) == reply


@pytest.mark.parametrize(
    ("ask", "reply", "reason"),
    [
        (SCORE, Recognition(0.1, 0.5), "Score ask was answered by Recognition"),
        (SCORE, YesNo(NAN, -1.0), "not log-probabilities"),
        (SCORE, YesNo(0.3, -1.0), "not log-probabilities"),
        (SCORE, YesNo(INF, -1.0), "not log-probabilities"),
        (SCORE, YesNo(-0.1, -0.1), "more than 1"),
        (SCORE, YesNo(-0.1, -3.0, 0.0, 1.1), "no probabilities"),
        (SCORE, YesNo(-0.1, -3.0, NAN, 0.0), "no probabilities"),
        (SCORE, YesNo(-0.1, -3.0, 0.0, -0.1), "no probabilities"),
        (REASON, Reasoning("so", True, NAN, 3), r"P\(Yes\) is nan"),
        (REASON, Reasoning("so", True, 1.1, 3), r"P\(Yes\) is 1.1"),
        (REASON, Reasoning("so", True, None, -1), "-1 tokens"),
        (LOCATE, Boxes((Located(Box(0, 0, 5, 5), "cat", NAN),), 0.05), "not finite"),
        (LOCATE, Boxes((), NAN), "not finite"),
        (LOCATE, Boxes((Located(Box(0, 0, 5, 5), "dog", 0.5),), 0.05), "not asked for"),
        (LOCATE, Boxes((Located(Box(0, 0, 101, 5), "cat", 0.5),), 0.05), "outside"),
        (LOCATE, Boxes((Located(Box(0, 0, 5, 101), "cat", 0.5),), 0.05), "outside"),
        (RELATE, Relations((0.1,), 0.22), "2 texts were related by 1"),
        (RELATE, Relations((0.1, NAN), 0.22), "not finite"),
        (RELATE, Relations((0.1, 0.2), INF), "not finite"),
        (RELATE, Relations((0.1, 24.0), 0.22), "24 is no cosine"),
        (RELATE, Relations((0.1, 0.2), 22.0), "22 is no cosine"),
        (GRADE, Grades(("why",), 0.1, 0.2), "2 rules were graded by 1 grades"),
        (GRADE, Grades(("why", Graded(NAN)), 0.1, 0.2), r"P\(violated\) is nan"),
        (GRADE, Grades(("why", Graded(1.1)), 0.1, 0.2), r"P\(violated\) is 1.1"),
        (GRADE, Grades(("why", Graded(0.5, 0.9, 0.1)), 0.1, 0.2), "between 0.9 and 0.1"),
        (GRADE, Grades(("why", Graded(0.5, 0.5, 0.5)), 0.1, 0.2), "between 0.5 and 0.5"),
        (GRADE, Grades(("why", Graded(0.5, -INF)), 0.1, 0.2), "between -inf"),
        (GRADE, Grades(("why", "why"), NAN, 0.2), "not finite"),
        (GRADE, Grades(("why", "why"), 0.1, INF), "not finite"),
        (RECOGNISE, Recognition(NAN, 0.5), "not finite"),
        (RECOGNISE, Recognition(0.5, NAN), "not finite"),
    ],
)
def test_what_is_no_answer_fails(ask: Ask, reply: Reply, reason: str) -> None:
    got = checked(ask, reply)
    assert isinstance(got, Failed)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(got.reason)


def test_texts_can_be_stored() -> None:
    got = checked(REASON, Reasoning("half \ud83d", True, None, 1))
    assert isinstance(got, Reasoning)
    got.text.encode()
    failed = checked(REASON, Failed("half \ud83d"))
    assert isinstance(failed, Failed)
    failed.reason.encode()
    grades = checked(GRADE, Grades(("half \ud83d", "whole"), 0.1, 0.2))
    assert isinstance(grades, Grades)
    str(grades.rules[0]).encode()


def test_scalars_of_numpy_become_plain() -> None:
    one, flag = np.float32(0.5), np.bool_(True)
    box = Box(*np.arange(4, 8))
    replies = (
        checked(SCORE, YesNo(np.float32(-1), np.float32(-1), flag)),  # type: ignore[arg-type]
        checked(REASON, Reasoning("so", flag, one, np.int64(3))),  # type: ignore[arg-type]
        checked(LOCATE, Boxes((Located(box, "cat", one),), one)),  # type: ignore[arg-type]
        checked(RELATE, Relations((one, one), one)),  # type: ignore[arg-type]
        checked(RECOGNISE, Recognition(one, one)),  # type: ignore[arg-type]
        checked(GRADE, Grades((Graded(one, None, one), "why"), one, one)),  # type: ignore[arg-type]
    )
    for reply in replies:
        json.dumps(_leaves(reply))


def _leaves(value: object) -> object:
    if isinstance(value, tuple):
        return [_leaves(one) for one in value]
    slots = getattr(value, "__slots__", None)
    return {name: _leaves(getattr(value, name)) for name in slots} if slots else value
