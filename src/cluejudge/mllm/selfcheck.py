"""Which strategy a model is asked by: chosen by its configuration, then tried against the oracle.

A strategy that does not fit a model is silently wrong, so none is trusted because of a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import CluejudgeError, ModelError
from cluejudge.image import Picture
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.opening.source import GOOD
from cluejudge.mllm.scorer import cause, failure, lacks_room
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
        trial = _try(kit, wanted, oracle)
        if not trial.fits:
            raise ModelError(
                f"strategy={wanted} does not fit {kit.backbone.name}: {trial.told}",
                hint="use strategy=auto, which takes one that does",
            )
        return Choice(wanted, f"asked for; {trial.told}")
    reasons = [attention.reason]
    for name in ("packed", "fork") if attention.full else ("fork",):
        trial = _try(kit, name, oracle)
        reasons.append(trial.told)
        if trial.fits:
            return Choice(name, "; ".join(reasons))
    return Choice("naive", "; ".join(reasons))


@dataclass(frozen=True, slots=True)
class _Trial:
    """Whether a strategy may be used for a model, and what was found."""

    fits: bool
    told: str


def _try(kit: Kit, name: str, oracle: list[YesNo]) -> _Trial:
    """Ask by a strategy what the oracle was asked.

    It has prefixes of its own: a strategy that does not fit may spoil what it reads on from.
    """
    alone = replace(kit, prefixes=kit.prefixes.fresh())
    try:
        found = STRATEGIES[name](alone).answer(_probes())
    except Exception as error:  # models of any make, each with ways of its own
        return _Trial(False, f"{name} fails: {cause(error)}")
    off = _distance(found, oracle)
    if off <= _tolerance(kit):
        return _Trial(True, f"within {off:.1e} of one by one")
    return _Trial(False, f"{name} is off by {off:.3f}")


def _oracle(kit: Kit) -> list[YesNo]:
    """The answers one by one. Raises `ModelError` for a model that cannot be asked even so."""
    try:
        return Naive(kit).answer(_probes())
    except CluejudgeError:
        raise
    except Exception as error:  # processors and models of any make, each with ways of its own
        if lacks_room(error):
            raise failure(kit.backbone.name, error) from error
        raise ModelError(
            f"{kit.backbone.name} cannot be asked: {cause(error)}",
            hint=f"use another model, such as {GOOD}",
        ) from error


def _tolerance(kit: Kit) -> float:
    return TOLERANCE.get(kit.backbone.model.dtype, max(TOLERANCE.values()))


def _probes() -> list[Score]:
    """Questions about two pictures and about none."""
    ramp = np.linspace(0, 255, 96 * 96 * 3).reshape(96, 96, 3).astype(np.uint8)
    pictures = (Picture(ramp), Picture(ramp[::-1, ::-1].copy()), None)
    return [Score(picture, content) for picture in pictures for content in CONTENTS]


def _distance(found: list[YesNo], oracle: list[YesNo]) -> float:
    """The largest difference from the oracle's answers."""
    return max(
        max(abs(a.p_yes - b.p_yes), abs(a.label_mass - b.label_mass))
        for a, b in zip(found, oracle, strict=True)
    )
