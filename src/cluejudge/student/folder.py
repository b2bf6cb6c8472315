"""A student on disk: `student.json` says what it is, `weights.npz` has its numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cluejudge.errors import ModelError, UsageError
from cluejudge.models.registry import STUDENT_CARD
from cluejudge.student.card import HeadKind, StudentCard
from cluejudge.student.weights import Weights

CARD = STUDENT_CARD
WEIGHTS = "weights.npz"

_AGAIN = "make it again with `cluejudge distill`"


@dataclass(frozen=True, eq=False, slots=True)
class Learnt:
    """A student without its encoder; `digest` is the sha256, hex, of all that it knows."""

    card: StudentCard
    weights: Weights
    digest: str


def is_student(folder: Path) -> bool:
    """Whether `folder` looks like one of a student."""
    return (folder / CARD).is_file()


def read_student(folder: Path) -> Learnt:
    """The student in `folder`.

    Raises `UsageError` where there is none, and `ModelError` for one that is not whole.
    """
    if not is_student(folder):
        raise UsageError(f"there is no student in {folder}", hint="make one: cluejudge distill RUN")
    try:
        said, data = (folder / CARD).read_bytes(), (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(f"the student in {folder} cannot be read: {error}", hint=_AGAIN) from error
    try:
        card = StudentCard.model_validate_json(said)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        why = f"{place}: {first['msg']}" if place else first["msg"]
        raise ModelError(f"{folder / CARD} is no student: {why}", hint=_AGAIN) from error
    if hashlib.sha256(data).hexdigest() != card.weights:
        raise ModelError(f"{folder / WEIGHTS} is not what {CARD} was written with", hint=_AGAIN)
    trained = [head.row for head in card.heads if head.kind is HeadKind.TRAINED]
    if sorted(row for row in trained if row is not None) != list(range(len(trained))):
        raise ModelError(f"{folder / CARD} does not say whose the weights are", hint=_AGAIN)
    return Learnt(card, Weights.parse(data, len(trained), card.dimensions), _digest(card))


def write_student(folder: Path, card: StudentCard, weights: Weights) -> Learnt:
    """Writes a student, the card last: a folder that has one is whole. Gives it back."""
    data = weights.dump()
    card = card.model_copy(update={"weights": hashlib.sha256(data).hexdigest()})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    (folder / WEIGHTS).write_bytes(data)
    (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return Learnt(card, weights, _digest(card))


def _digest(card: StudentCard) -> str:
    """Over what it says, not over how the file is set; the weights are in it by their sha256."""
    return hashlib.sha256(card.model_dump_json().encode()).hexdigest()
