"""Which strategy a model is asked by: chosen by its configuration, then tried against the oracle.

A strategy that does not fit a model is silently wrong, so none is trusted because of a name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from cluejudge.asks import Score, YesNo
from cluejudge.errors import CluejudgeError, ModelError
from cluejudge.image import Picture
from cluejudge.mllm.failures import cause, failure, lacks_room, no_numbers
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.opening.source import GOOD
from cluejudge.mllm.prompting.labels import Labels
from cluejudge.mllm.strategies import STRATEGIES, Kit, Naive

CONTENTS = ("a person", "a red square next to a blue circle", "a dog or a cat that is asleep")
"""Contents of several lengths; what they say does not matter."""

TOLERANCE = {torch.float32: 3e-5, torch.bfloat16: 0.025, torch.float16: 0.01}
"""How far the logs of P(Yes) and P(No) may be from the oracle's: the root mean square over all
probes, in parts of the largest logit. In float32 that is 1e-3 where logits are as large as 30.

Logs, not probabilities: where an answer is all but sure, a wrong strategy changes the logs by whole
numbers and the probability by nothing; where it is undecided, rounding alone may change the
probability by more than a wrong strategy does elsewhere. In parts of the logits, because rounding
grows with them. The mean, because rounding hits one probe and spares the next, while a wrong mask
or position moves most of them. Measured with random weights, 2 and 24 layers, logits from 3 to 50:
rounding is at most 7e-7 in float32, 0.008 in bfloat16 and 0.002 in float16; a wrong mask or wrong
positions are at least 0.06 in each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The name of a strategy, and why it was chosen.

    `reads_on`: whether the model says behind what it has read of a picture what it says of the
    whole; if not, what it writes there is of no worth, whatever the strategy.
    """

    strategy: str
    reason: str
    reads_on: bool = True


def choose(kit: Kit, wanted: str = "auto") -> Choice:
    """The fastest strategy that answers as the oracle does, or the wanted one.

    Raises `ModelError` if the wanted one does not fit the model.
    """
    attention = attention_of(kit.backbone.model.config)
    if wanted == "packed" and not attention.full:
        raise ModelError(
            f"packed does not fit {kit.backbone.name}: {attention.reason}",
            hint="use strategy=fork, or auto",
        )
    oracle = _oracle(kit)
    if wanted != "auto":
        return _granted(kit, wanted, oracle)
    reasons = [attention.reason]
    for name in ("packed", "fork") if attention.full else ("fork",):
        trial = _try(kit, name, oracle)
        reasons.append(trial.told)
        if trial.fits:
            return Choice(name, "; ".join(reasons))
    return Choice("naive", "; ".join(reasons), reads_on=False)


def _granted(kit: Kit, wanted: str, oracle: _Oracle) -> Choice:
    """The wanted strategy, if it fits; one by one always does."""
    trial = _try(kit, "fork" if wanted == "naive" else wanted, oracle)
    if not trial.fits and wanted != "naive":
        raise ModelError(
            f"strategy={wanted} does not fit {kit.backbone.name}: {trial.told}",
            hint="use strategy=auto, which takes one that does",
        )
    return Choice(wanted, f"asked for; {trial.told}", reads_on=trial.fits)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Whether a strategy may be used for a model, and what was found."""

    fits: bool
    told: str


def _try(kit: Kit, name: str, oracle: _Oracle) -> _Trial:
    """Ask by a strategy what the oracle was asked.

    It has prefixes of its own: a strategy that does not fit may spoil what it reads on from.
    """
    alone = replace(kit, prefixes=kit.prefixes.fresh())
    try:
        found = STRATEGIES[name](alone).answer(_probes())
    except Exception as error:  # models of any make, each with ways of its own
        return _Trial(False, f"{name} fails: {cause(error)}")
    off = _distance(found, oracle.answers)
    if off <= TOLERANCE.get(kit.backbone.model.dtype, max(TOLERANCE.values())) * oracle.size:
        return _Trial(True, f"{name} is within {off:.1e} of one by one")
    return _Trial(False, f"{name} is off by {off:.3f} in log-probabilities")


@dataclass(frozen=True, slots=True)
class _Oracle:
    """The answers one by one, and how large the logits are that they were read from."""

    answers: list[YesNo]
    size: float


def _oracle(kit: Kit) -> _Oracle:
    """What the model says one by one. Raises `ModelError` if it cannot be asked even so."""
    naive = Naive(kit)
    try:
        logits = torch.cat([naive.logits(ask) for ask in _probes()])
        size = _size(kit.labels, logits)
        if not math.isfinite(size):
            raise no_numbers("scores", kit.backbone.name, logits.dtype)
        return _Oracle(kit.labels.read(logits), size)
    except CluejudgeError:
        raise
    except Exception as error:  # processors and models of any make, each with ways of its own
        if lacks_room(error):
            raise failure(kit.backbone.name, error) from error
        raise ModelError(
            f"{kit.backbone.name} cannot be asked: {cause(error)}",
            hint=f"use another model, such as {GOOD}",
        ) from error


def _size(labels: Labels, logits: Tensor) -> float:
    """The largest of the labels' logits and of the likeliest tokens', at least 1."""
    ids = [token for _, token in (*labels.yes, *labels.no)]
    sizes = torch.cat([logits[:, ids], logits.max(-1, keepdim=True).values], dim=1).abs()
    return float(sizes.max().clamp(min=1))


def _probes() -> list[Score]:
    """Questions about two pictures and about none."""
    ramp = np.linspace(0, 255, 96 * 96 * 3).reshape(96, 96, 3).astype(np.uint8)
    pictures = (Picture(ramp), Picture(ramp[::-1, ::-1].copy()), None)
    return [Score(picture, content) for picture in pictures for content in CONTENTS]


def _distance(found: list[YesNo], oracle: list[YesNo]) -> float:
    """The root mean square difference from the oracle's logs, of Yes or No, whichever is larger."""
    both = zip(found, oracle, strict=True)
    off = [max(abs(a.log_yes - b.log_yes), abs(a.log_no - b.log_no)) for a, b in both]
    return math.sqrt(fmean(one**2 for one in off))
