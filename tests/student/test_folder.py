from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cluejudge.errors import ModelError, UsageError
from cluejudge.student.folder import CARD, WEIGHTS, read_student
from tests.api.colours import COLOURS
from tests.student.making import trained, unlearnt, write

HEADS = (trained("red-on-blue", 0), unlearnt("only-black"))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = write(tmp_path, COLOURS, HEADS, ["red"])
    read = read_student(tmp_path)
    assert (read.card, read.digest) == (written.card, written.digest)
    assert np.array_equal(read.weights.coefficients, written.weights.coefficients)
    assert np.array_equal(read.weights.landmarks, written.weights.landmarks)


def test_equal_students_have_equal_digests_and_others_have_others(tmp_path: Path) -> None:
    one = write(tmp_path / "one", COLOURS, HEADS, ["red"])
    assert write(tmp_path / "same", COLOURS, HEADS, ["red"]).digest == one.digest
    assert write(tmp_path / "weights", COLOURS, HEADS, ["blue"]).digest != one.digest
    bounds = (trained("red-on-blue", 0, low=0.1), HEADS[1])
    assert write(tmp_path / "bounds", COLOURS, bounds, ["red"]).digest != one.digest


def test_where_there_is_no_student(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no student in .*cluejudge distill"):
        read_student(tmp_path)


def test_weights_of_another_student(tmp_path: Path) -> None:
    write(tmp_path / "one", COLOURS, HEADS, ["red"])
    write(tmp_path / "other", COLOURS, HEADS, ["blue"])
    (tmp_path / "one" / WEIGHTS).write_bytes((tmp_path / "other" / WEIGHTS).read_bytes())
    with pytest.raises(ModelError, match=r"is not what student\.json was written with"):
        read_student(tmp_path / "one")


def test_missing_weights(tmp_path: Path) -> None:
    write(tmp_path, COLOURS, HEADS, ["red"])
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        read_student(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 1),
        ("heads", [{"rule_id": "a"}]),
        ("distance", "far"),
        ("dimensions", 10),
    ],
)
def test_a_card_that_is_none(tmp_path: Path, field: str, value: object) -> None:
    write(tmp_path, COLOURS, HEADS, ["red"])
    card = json.loads((tmp_path / CARD).read_text())
    (tmp_path / CARD).write_text(json.dumps(card | {field: value}))
    with pytest.raises(ModelError):
        read_student(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"row": None},
        {"row": 1},
        {"low": 0.9},
        {"kind": "none"},
        {"kind": "rare"},
    ],
)
def test_a_head_that_says_what_it_does_not_know(tmp_path: Path, change: dict[str, object]) -> None:
    write(tmp_path, COLOURS, HEADS, ["red"])
    card = json.loads((tmp_path / CARD).read_text())
    card["heads"][0] |= change
    (tmp_path / CARD).write_text(json.dumps(card))
    with pytest.raises(ModelError):
        read_student(tmp_path)
