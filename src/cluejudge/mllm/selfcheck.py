"""Which strategy a model is asked by: chosen by its configuration, then tried against the oracle.

A strategy that does not fit a model is silently wrong, so none is trusted because of a name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.opening.hub import brief
from cluejudge.mllm.opening.source import GOOD
from cluejudge.mllm.strategies import STRATEGIES, Kit, Naive

CONTENTS = ("a person", "a red square next to a blue circle", "a dog or a cat that is asleep")
"""Contents of several lengths; what they say does not matter."""

TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 0.04, torch.float16: 0.02}
"""How far P(Yes) and the label mass may be from the oracle's; rounding alone moves them by about
1e-6 in float32 and 3e-3 in bfloat16."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The name of a strategy, and why it was chosen."""

    strategy: str
    reason: str


def choose(kit: Kit, wanted: str = "auto") -> Choice:
    """The fastest strategy that answers as the oracle does, or the wanted one.

    Raises `ModelError` if the wanted one does not fit the model.
    """
    attention = attention_of(kit.backbone.model.config)
    if wanted == "naive":
        return Choice("naive", "asked for")
    if wanted == "packed" and not attention.full:
        raise ModelError(
            f"packed does not fit {kit.backbone.name}: {attention.reason}",
            hint="use strategy=fork, or auto",
        )
    oracle = _oracle(kit)
    if wanted != "auto":
        off = _distance(kit, wanted, oracle)
        if off > _tolerance(kit):
            raise ModelError(
                f"{wanted} gives {kit.backbone.name} other answers, by {off:.3f}",
                hint="use strategy=auto, which takes one that does not",
            )
        return Choice(wanted, f"asked for; within {off:.1e} of one by one")
    reasons = [attention.reason]
    for name in ("packed", "fork") if attention.full else ("fork",):
        off = _distance(kit, name, oracle)
        if off <= _tolerance(kit):
            return Choice(name, "; ".join([*reasons, f"within {off:.1e} of one by one"]))
        reasons.append(f"{name} is off by {off:.3f}" if off < math.inf else f"{name} fails")
    return Choice("naive", "; ".join(reasons))


def _oracle(kit: Kit) -> list[YesNo]:
    """The answers one by one. Raises `ModelError` for a model that cannot be asked even so."""
    try:
        return Naive(kit).answer(_probes())
    except ModelError:
        raise
    except Exception as error:  # processors and models of any make, each with ways of its own
        raise ModelError(
            f"{kit.backbone.name} cannot be asked: {brief(error)}",
            hint=f"use another model, such as {GOOD}",
        ) from error


def _tolerance(kit: Kit) -> float:
    return TOLERANCE.get(kit.backbone.model.dtype, max(TOLERANCE.values()))


def _probes() -> list[Score]:
    """Questions about two pictures and about none."""
    ramp = np.linspace(0, 255, 96 * 96 * 3).reshape(96, 96, 3).astype(np.uint8)
    pictures = (Picture(ramp), Picture(ramp[::-1, ::-1].copy()), None)
    return [Score(picture, content) for picture in pictures for content in CONTENTS]


def _distance(kit: Kit, name: str, oracle: list[YesNo]) -> float:
    """The largest difference from the oracle's answers; infinite if the strategy fails."""
    try:
        found = STRATEGIES[name](kit).answer(_probes())
    except (RuntimeError, ValueError, IndexError, TypeError, AttributeError, NotImplementedError):
        return math.inf
    return max(
        max(abs(a.p_yes - b.p_yes), abs(a.label_mass - b.label_mass))
        for a, b in zip(found, oracle, strict=True)
    )
