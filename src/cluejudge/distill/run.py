"""From the folder of a batch to the folder of a student."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.fingerprint import Fingerprint
from cluejudge.batch.folder import CONSTITUTION, RunFolder
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources.base import Source
from cluejudge.batch.sources.registry import open_source
from cluejudge.compiled import CompiledRule, filled, load_compiled
from cluejudge.digest import digest
from cluejudge.distill.evaluate import evaluate
from cluejudge.distill.libraries import library
from cluejudge.distill.looking import seen
from cluejudge.distill.pictures import Collected, Pictures
from cluejudge.distill.report import DistillReport
from cluejudge.distill.rows import Rows
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.train import Sight, train
from cluejudge.errors import UsageError
from cluejudge.models.protocols import Models
from cluejudge.models.registry import encoder_of, load_encoder
from cluejudge.student.card import Origin
from cluejudge.student.folder import CARD, write_student
from cluejudge.student.weights import probes

Told = Callable[[int, int | None], None]
"""Told how many images are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is distilled from: the run, its rules, and the encoder that looks."""

    folder: RunFolder
    run: Fingerprint
    rules: tuple[CompiledRule, ...]
    encoder: str
    models: Models


def distill(
    run: Path,
    out: Path,
    *,
    encoder: str | None = None,
    where: str | None = None,
    settings: DistillSettings | None = None,
    storage: Mapping[str, str] | None = None,
    workers: int = 2,
    told: Told | None = None,
) -> DistillReport:
    """Makes a student of the verdicts of the batch in `run`, in the folder `out`, and tells of it.

    It looks through `encoder`, a spec of `load_encoder`; by default that of the run's model.
    The images are read again from where the batch read them, or from `where` if they were moved;
    `storage` are options of fsspec. Raises `UsageError` for a run, images or a folder that will not
    do, and `ModelError` for an encoder that will not.
    """
    settings = settings or DistillSettings()
    check_out(out)
    for name in ("sklearn.linear_model", "scipy.stats"):
        library(name)  # told before the work, not after
    lesson = opened(run, encoder)
    assert lesson.models.encoder is not None
    vectors = lesson.models.encoder.embed_images(probes())
    rows = Rows(lesson.folder, settings.images)
    source = open_source(_input(lesson.run, where, storage or {}))
    pictures = _pictures(lesson, rows, source, workers, told)
    origin = _origin(lesson.run, len(pictures))
    sight = Sight(lesson.encoder, dict(lesson.models.card), vectors)
    card, weights = train(pictures, lesson.rules, origin, sight, settings)
    learnt = write_student(out, card, weights)
    report = evaluate(learnt, pictures, lesson.rules, rows.read, rows.left_out)
    report.write(out)
    return report


def check_out(out: Path) -> None:
    """Raises `UsageError` for a folder that holds anything but a student."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file", hint="name a folder for the student")
    if out.is_dir() and not (out / CARD).exists() and any(out.iterdir()):
        raise UsageError(
            f"{out} is not empty and holds no student", hint="name a new or an empty folder"
        )


def opened(run: Path, encoder: str | None) -> Lesson:
    """The run in a folder and what it takes to learn from it. Raises as `distill`."""
    folder = RunFolder(run)
    told = folder.read()
    if told.first:
        raise UsageError(
            f"{run} was judged by a student first: nobody can learn from itself",
            hint="distill from a batch that was judged without one",
        )
    spec = encoder or encoder_of(told.model, told.options)
    return Lesson(folder, told, _rules(folder, told), spec, load_encoder(spec))


def _rules(folder: RunFolder, told: Fingerprint) -> tuple[CompiledRule, ...]:
    """The rules that were judged by. Raises `UsageError` if the file holds others."""
    found = load_compiled(folder.path / CONSTITUTION)
    if digest(found) != told.constitution_digest:
        raise UsageError(
            f"{folder.path / CONSTITUTION} is not what was judged by: it was changed since",
            hint="bring it back; a student of other rules needs a batch that was judged by them",
        )
    return filled(found).rules


def _pictures(
    lesson: Lesson, rows: Rows, source: Source, workers: int, told: Told | None
) -> Pictures:
    run = lesson.run
    collected = Collected([rule.id for rule in lesson.rules])
    total = min(run.count, rows.images)
    with DecodePool(workers, run.limits, run.sampling) as pool:
        for one in seen(rows, source, pool, lesson.models, rows.left_out):
            collected.add(one.verdict, one.vectors, one.known)
            if told:
                told(collected.images, total)
    if not collected.images:
        why = ", ".join(f"{count} {reason}" for reason, count in rows.left_out.items())
        raise UsageError(
            f"nothing can be learnt from the {rows.read} rows of {lesson.folder.path}"
            + (f": {why}" if why else "")
        )
    return collected.done()


def _input(run: Fingerprint, where: str | None, storage: Mapping[str, str]) -> InputSpec:
    """The collection of a run, as its record tells of it."""
    card = run.input
    return InputSpec(
        where=where or card["where"],
        format=InputFormat(card["kind"]),
        image=card.get("image column") or card.get("image suffix", ""),
        id=card.get("id column") or card.get("id", ""),
        storage=dict(storage),
    )


def _origin(run: Fingerprint, pictures: int) -> Origin:
    return Origin(
        constitution=run.constitution,
        constitution_digest=run.constitution_digest,
        models=run.models,
        thresholds=run.thresholds,
        method=run.method,
        pictures=pictures,
    )
