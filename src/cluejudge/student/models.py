"""A student as the models of a judge: by itself, or before others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cluejudge.errors import ModelError, UsageError
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_encoder
from cluejudge.models.silent import Silent
from cluejudge.student.folder import Learnt, read_student
from cluejudge.student.student import Student, sees_alike

FIRST = "first"
"""What a card calls the student before a judge."""

_IDENTITY = ("model", "revision", "digest")


def load(arg: str) -> Models:
    """The student in the folder `arg`, judging alone: what it leaves open stays open.

    Raises `UsageError` where there is none, `ModelError` for one that cannot be used.
    """
    learnt = read_student(Path(arg))
    models = _encoding(learnt)
    assert models.encoder is not None
    origin = learnt.card.origin
    return Models(
        name="student",
        scorer=Silent(),
        recogniser=models.recogniser,
        grader=Student(learnt, models.encoder),
        questions=False,
        card=(
            ("student", learnt.digest),
            ("learnt from", f"{origin.pictures} pictures by {origin.constitution}"),
            *((f"judge {name}", value) for name, value in origin.models.items()),
            ("encoder", learnt.card.encoder),
        ),
        doubts=_of_strangers(models),
    )


def behind(first: str | Path, models: Models) -> Models:
    """`models` behind the student in the folder `first`, which passes on what it is unsure of.

    The student looks through the encoder of `models` where that sees as its own does. Raises
    `UsageError` if `models` have a student, and as `load` does.
    """
    if models.grader is not None:
        raise UsageError(
            "the model is a student itself", hint="give the first stage a judge to pass on to"
        )
    learnt = read_student(Path(first))
    encoder = models.encoder
    if encoder is None or not sees_alike(encoder, learnt):
        encoder = _encoding(learnt).encoder
        assert encoder is not None
    return replace(
        models,
        grader=Student(learnt, encoder),
        card=(*models.card, (FIRST, f"student {learnt.digest}")),
        doubts=(
            *models.doubts,
            *_of_strangers(models),
            *_of_another(learnt.card.origin.models, models),
        ),
    )


def _encoding(learnt: Learnt) -> Models:
    """Models whose encoder is the one that the student learnt with."""
    models = load_encoder(learnt.card.encoder)
    if models.encoder is None or not sees_alike(models.encoder, learnt):
        raise ModelError(
            f"the encoder {learnt.card.encoder} sees otherwise than when the student learnt with "
            "it",
            hint="have the version of it back, or make the student again with `cluejudge distill`",
        )
    return models


def _of_strangers(models: Models) -> tuple[str, ...]:
    """That nothing but the distance keeps the student from what it has learnt nothing of."""
    if models.recogniser is not None:
        return ()
    return (
        "without a recogniser the student may decide images of another kind than it learnt from",
    )


def _of_another(taught: Mapping[str, str], models: Models) -> tuple[str, ...]:
    """That the student learnt of another model than it now stands before."""
    here = {"name": models.name, **dict(models.card)}
    identity = [name for name in _IDENTITY if name in taught and name in here] or ["name"]
    if all(taught.get(name) == here.get(name) for name in identity):
        return ()
    was = ", ".join(f"{name} {taught.get(name, '-')}" for name in identity)
    return (f"the student before this judge learnt of another one: {was}",)
