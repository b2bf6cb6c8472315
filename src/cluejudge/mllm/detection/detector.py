"""Open-vocabulary detectors: where in a picture the objects are that words name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
import torch
from transformers import AutoModelForZeroShotObjectDetection

from cluejudge.asks import Locate, Located
from cluejudge.errors import ModelError, UsageError
from cluejudge.mllm.detection.boxes import Sight
from cluejudge.mllm.detection.grounding import GroundingEye
from cluejudge.mllm.detection.owl import OwlEye
from cluejudge.mllm.failures import no_numbers
from cluejudge.mllm.opening.pretrained import (
    PROBE,
    Checkpoint,
    find_kind,
    open_checkpoint,
    probe_picture,
    running,
)
from cluejudge.mllm.opening.whole import refuse_cuts


class Eye(Protocol):
    """What looks at pictures for words."""

    def __call__(self, asks: Sequence[Locate], /) -> list[list[Sight]]:
        """For each ask one sight a pass. No ask is without words, or has one twice."""
        ...

    def vet(self, words: Sequence[str], /) -> list[str]:
        """What to say of each word that is read only in part; `ModelError` for one that is not."""
        ...


EYES: Mapping[str, tuple[Callable[[Checkpoint], Eye], float]] = MappingProxyType(
    {
        "owlv2": (OwlEye, 0.05),
        "owlvit": (OwlEye, 0.1),
        "grounding-dino": (GroundingEye, 0.25),
        "mm-grounding-dino": (GroundingEye, 0.25),
    }
)
"""For each type of model what looks through it, and the confidence from which a box counts.

OWLv2: CLUE (arXiv 2501.00192, section 3.4). The others: what transformers takes where none is
given (`post_process_grounded_object_detection`).
"""

FLOOR = 0.02
"""Boxes less sure than this are not told, unless the threshold itself is lower."""


def load_detector(
    spec: str,
    *,
    device: str | torch.device,
    dtype: str | torch.dtype,
    threshold: float | None = None,
) -> OpenDetector:
    """The detector that `spec` names: a hub's model id or a folder.

    `threshold` is the confidence from which a box counts; None takes the one of `EYES`. bfloat16
    tells places to about 1/256 of a picture's side, float16 and float32 to a pixel. Raises
    `UsageError` for a threshold that is no confidence, and `ModelError` for what is no detector,
    cannot be opened, or fails on a picture and a word.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"a detector's threshold is a confidence, from 0 to 1, not {threshold}")
    source = find_kind(spec, EYES, "a detector")
    checkpoint = open_checkpoint(
        source, AutoModelForZeroShotObjectDetection, device=device, dtype=dtype
    )
    refuse_cuts(checkpoint.processor.image_processor, spec)
    with running(spec):
        detector = OpenDetector(checkpoint, threshold=threshold)
    detector.locate([Locate(probe_picture(), (PROBE,))])
    return detector


class OpenDetector:
    """Boxes of words, several where several objects are seen, sure or not: from `FLOOR` on."""

    def __init__(self, checkpoint: Checkpoint, *, threshold: float | None = None) -> None:
        eye, own = EYES[checkpoint.config.model_type]
        self.name = checkpoint.name
        self.revision = checkpoint.revision
        self.threshold = own if threshold is None else threshold
        self._dtype = checkpoint.model.dtype
        self._eye = eye(checkpoint)
        self._floor = min(FLOOR, self.threshold)

    def locate(self, asks: Sequence[Locate]) -> list[list[Located]]:
        """Boxes in the pixels of each picture, word by word, the surest first.

        Raises `ModelError` for a word that is empty, that the model cannot read or that spells a
        special token of it, and if the model fails.
        """
        wanted = {place: _once(ask) for place, ask in enumerate(asks) if ask.words}
        with running(self.name), torch.inference_mode():
            seen = self._eye(list(wanted.values())) if wanted else []
        found: list[list[Located]] = [[] for _ in asks]
        for (place, ask), sights in zip(wanted.items(), seen, strict=True):
            found[place] = self._located(ask, sights)
        return found

    def vet(self, words: Sequence[str]) -> list[str]:
        """What to say of each word that is read only in part; raises as `locate` does."""
        _refuse_empty(words)
        with running(self.name):
            return self._eye.vet(words)

    def _located(self, ask: Locate, sights: Sequence[Sight]) -> list[Located]:
        by_word: dict[str, list[Located]] = {}
        for sight in sights:
            if not (np.isfinite(sight.boxes).all() and np.isfinite(sight.scores).all()):
                raise no_numbers("boxes", self.name, self._dtype)
            for word in sight.words:
                boxes = sight.found(word, ask.image, self._floor)
                by_word[word] = [Located(box, word, score) for box, score in boxes]
        return [one for word in ask.words for one in by_word.get(word, [])]


def _refuse_empty(words: Iterable[str]) -> None:
    empty = next((word for word in words if not word.strip()), None)
    if empty is not None:
        raise ModelError(f"there is nothing to look for in the word {empty!r}")


def _once(ask: Locate) -> Locate:
    _refuse_empty(ask.words)
    return replace(ask, words=tuple(dict.fromkeys(ask.words)))
