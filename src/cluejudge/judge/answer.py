"""Puts asks to models: one batch a kind, equal asks once, failures kept to their asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cluejudge.asks import (
    Ask,
    Boxes,
    Failed,
    Grade,
    Locate,
    Reason,
    Recognise,
    Recognition,
    Relate,
    Relations,
    Reply,
    Score,
)
from cluejudge.errors import ModelError
from cluejudge.judge.case import Capabilities
from cluejudge.models.batches import reply_to_each
from cluejudge.models.protocols import Detector, Encoder, Models, Recogniser, Vectors

Answer: TypeAlias = Callable[[Sequence[Ask]], list[Reply]]
"""Replies to asks, in their order."""

A = TypeVar("A", bound=Ask)

_SLACK = 1e-2  # rounding of unit vectors, of bfloat16 too


def capabilities(models: Models) -> Capabilities:
    """Which stages of a judgement `models` can take part in."""
    return Capabilities(
        reasoner=models.reasoner is not None,
        encoder=models.encoder is not None,
        detector=models.detector is not None,
        recogniser=models.recogniser is not None,
        grader=models.grader is not None,
        questions=models.questions,
    )


class Answerer:
    """Answers asks by `models`.

    Asks are grouped by kind, equal ones are put once, and each kind is one call of its model, or
    several of at most `max_batch` asks. A batch on which a model raises `ModelError` is halved
    until only the asks it cannot answer are `Failed`; any other exception is a bug and is raised.
    Calls from several threads wait for each other: models need not be thread-safe.
    """

    def __init__(self, models: Models, *, max_batch: int | None = None) -> None:
        if max_batch is not None and max_batch < 1:
            raise ValueError(f"max_batch is {max_batch}; it must be at least 1")
        self._models = models
        self._max_batch = max_batch
        self._lock = threading.Lock()

    def __call__(self, asks: Sequence[Ask]) -> list[Reply]:
        """A reply for each ask, in their order."""
        with self._lock:
            replies = dict(self._replies(asks))
        return [replies[ask] if ask in replies else _unanswered(ask) for ask in asks]

    def _replies(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Reply]]:
        models = self._models
        yield from self._of(Score, asks, models.scorer.score)
        if models.reasoner:
            yield from self._of(Reason, asks, models.reasoner.reason)
        if models.encoder:
            yield from self._of(Relate, asks, partial(_relate, models.encoder))
        if models.detector:
            yield from self._of(Locate, asks, partial(_locate, models.detector))
        if models.recogniser:
            yield from self._of(Recognise, asks, partial(_recognise, models.recogniser))
        if models.grader:
            yield from self._of(Grade, asks, models.grader.grade)

    def _of(
        self, kind: type[A], asks: Sequence[Ask], call: Callable[[list[A]], Sequence[Reply]]
    ) -> Iterator[tuple[Ask, Reply]]:
        distinct: list[A] = list(dict.fromkeys(ask for ask in asks if isinstance(ask, kind)))
        size = self._max_batch or len(distinct)
        for start in range(0, len(distinct), size or 1):
            part = distinct[start : start + size]
            yield from zip(part, reply_to_each(call, part), strict=True)


def _unanswered(ask: Ask) -> Failed:
    return Failed(f"there is no model for {type(ask).__name__} asks")


def _relate(encoder: Encoder, asks: Sequence[Relate]) -> list[Reply]:
    """Cosines by one embedding of each distinct picture and text."""
    pictures = list(dict.fromkeys(ask.image for ask in asks))
    texts = list(dict.fromkeys(text for ask in asks for text in ask.texts))
    images = unit_vectors(encoder.embed_images(pictures), len(pictures))
    words = unit_vectors(encoder.embed_texts(texts), len(texts))
    if images.shape[1] != words.shape[1]:
        raise ModelError(f"pictures have {images.shape[1]} dimensions, texts {words.shape[1]}")
    # Row by row: the rounding of a matrix product depends on what else is in the batch.
    rows = {
        picture: dict(zip(texts, (words * image).sum(axis=1).tolist(), strict=True))
        for picture, image in zip(pictures, images, strict=True)
    }
    return [
        Relations(tuple(rows[ask.image][text] for text in ask.texts), encoder.threshold)
        for ask in asks
    ]


def unit_vectors(vectors: Vectors, count: int) -> NDArray[np.float64]:
    """What an encoder made of `count` inputs. Raises `ModelError` if that are no unit vectors."""
    if vectors.ndim != 2 or len(vectors) != count:
        raise ModelError(f"{count} inputs were embedded as an array of shape {vectors.shape}")
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1)
    # An empty vector is as far from every rule as a picture that none is relevant to.
    if not (abs(lengths - 1) <= _SLACK).all():
        raise ModelError(f"vectors of lengths {lengths.min():.3g} to {lengths.max():.3g}, not 1")
    return exact


def _locate(detector: Detector, asks: Sequence[Locate]) -> list[Reply]:
    return [Boxes(tuple(found), detector.threshold) for found in detector.locate(asks)]


def _recognise(recogniser: Recogniser, asks: Sequence[Recognise]) -> list[Reply]:
    scores = recogniser.familiarity([ask.image for ask in asks])
    return [Recognition(float(score), recogniser.threshold) for score in scores]
