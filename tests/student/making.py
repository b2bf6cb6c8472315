"""Students made by hand, which look through the fake encoder: they know colours, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cluejudge.compiled import CompiledConstitution
from cluejudge.digest import digest, rule_digest
from cluejudge.image import Picture
from cluejudge.models.fake import COLOURS, FakeEncoder
from cluejudge.settings import Method, Thresholds
from cluejudge.student.card import Head, HeadKind, Origin, StudentCard
from cluejudge.student.folder import Learnt, write_student
from cluejudge.student.weights import Weights, probes

STEEP = 40.0
"""Log-odds of a head for the whole share of its colour."""

EVERYWHERE = 2.0
"""The distance beyond which no vector is."""


def plain(*colours: str, side: int = 32) -> Picture:
    """A picture of stripes of those colours, each as wide."""
    stripes = [COLOURS[name] for name in colours for _ in range(side)]
    row = np.array(stripes, np.uint8)
    return Picture(np.broadcast_to(row, (side, *row.shape)))


def trained(rule_id: str, row: int, low: float | None = 0.2, high: float | None = 0.8) -> Head:
    return Head(
        rule_id=rule_id,
        rule="",
        kind=HeadKind.TRAINED,
        labelled=900,
        violated=90,
        low=low,
        high=high,
        row=row,
    )


def unlearnt(rule_id: str) -> Head:
    return Head(
        rule_id=rule_id, rule="", kind=HeadKind.NONE, labelled=900, violated=3, reason="too few"
    )


def rare(rule_id: str, rate: float = 0.004) -> Head:
    return Head(
        rule_id=rule_id,
        rule="",
        kind=HeadKind.RARE,
        labelled=900,
        violated=0,
        low=rate,
        rate=rate,
        reason="too few",
    )


def weights(colours: Sequence[str], landmarks: Sequence[Picture]) -> Weights:
    """A head for each colour: P(violated) is one half where it fills a quarter of the picture."""
    names = list(COLOURS)
    coefficients = np.zeros((len(colours), len(names)))
    for row, colour in enumerate(colours):
        coefficients[row, names.index(colour)] = STEEP
    encoder = FakeEncoder()
    return Weights(
        coefficients,
        np.zeros((len(colours), len(landmarks))),
        np.full(len(colours), -STEEP / 2),
        np.array(0.5),
        encoder.embed_images(landmarks),
        encoder.embed_images(probes()),
    )


def write(
    folder: Path,
    constitution: CompiledConstitution,
    heads: Sequence[Head],
    colours: Sequence[str],
    *,
    distance: float = EVERYWHERE,
    landmarks: Sequence[Picture] = (plain("white"),),
    models: dict[str, str] | None = None,
) -> Learnt:
    """A student of the rules of `heads`, whose row says which of `colours` each looks for."""
    rules = {rule.id: rule_digest(rule) for rule in constitution.rules}
    card = StudentCard(
        made_by="0",
        origin=Origin(
            constitution=f"{constitution.name} {constitution.version}",
            constitution_digest=digest(constitution),
            models=models or {"name": "fake"},
            thresholds=Thresholds(),
            method=Method(),
            pictures=900,
        ),
        encoder="fake",
        dimensions=len(COLOURS),
        distance=distance,
        risk=0.01,
        alarm_risk=0.01,
        missed=0.1,
        confidence=0.95,
        heads=tuple(head.model_copy(update={"rule": rules[head.rule_id]}) for head in heads),
        weights="",
    )
    return write_student(folder, card, weights(colours, landmarks))
