"""The encoder and the detector that stand beside a model, wherever that one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from cluejudge.errors import ModelError
from cluejudge.mllm.detection.detector import OpenDetector, load_detector
from cluejudge.mllm.encoder import DualEncoder, load_encoder
from cluejudge.mllm.opening.placement import device_of
from cluejudge.mllm.options import NONE, MllmOptions
from cluejudge.models.protocols import Models
from cluejudge.models.silent import Silent

M = TypeVar("M", DualEncoder, OpenDetector)

SMALL = "float32"
"""Their precision: they are small, and in half of it boxes move."""


def encoder_beside(spec: str, device: str | torch.device) -> DualEncoder | None:
    """The encoder of an option, a hub's id or a folder. Raises `ModelError` that names it."""
    return _beside("encoder", spec, load_encoder, device)


def load(spec: str) -> Models:
    """Nothing but the encoder that `spec` names, a hub's id or a folder. Raises `ModelError`."""
    encoder = load_encoder(spec, device=device_of(MllmOptions()), dtype=SMALL)
    return Models(
        name=encoder.name,
        scorer=Silent(),
        encoder=encoder,
        questions=False,
        card=(("encoder", f"{encoder.name} {encoder.revision}"),),
    )


def detector_beside(spec: str, device: str | torch.device) -> OpenDetector | None:
    """The detector of an option, a hub's id or a folder. Raises `ModelError` that names it."""
    return _beside("detector", spec, load_detector, device)


def _beside(role: str, spec: str, load: Callable[..., M], device: str | torch.device) -> M | None:
    if spec == NONE:
        return None
    try:
        return load(spec, device=device, dtype=SMALL)
    except ModelError as error:
        hint = error.hint or f"give another as {role}=ORG/NAME or {role}=FOLDER"
        raise ModelError(
            f"option {role}: {error.args[0]}",
            hint=f"{hint}; or {role}=none to do without",
            retryable=error.retryable,
        ) from error
