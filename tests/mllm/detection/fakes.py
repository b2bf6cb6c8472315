"""Detectors whose models are faked behind real processors, and pictures for them to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from cluejudge.asks import Locate, Located
from cluejudge.image import Box, Picture
from cluejudge.mllm.detection.detector import OpenDetector, load_detector
from cluejudge.mllm.opening.pretrained import Checkpoint, find_kind, open_checkpoint
from tests.mllm.lookers import DETECTORS
from tests.models.promises import plain

OWLS, DINOS = DETECTORS[:2], DETECTORS[2:]
WORDS = ("person", "fire", "fire truck")

load = partial(load_detector, device="cpu", dtype="float32")


class Faked:
    """A detector whose model is `answer`: from its inputs to boxes and logits."""

    device = torch.device("cpu")
    dtype = torch.float32

    def __init__(self, answer: Callable[..., tuple[torch.Tensor, torch.Tensor]]) -> None:
        self._answer = answer
        self.passes = 0

    def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
        self.passes += 1
        boxes, logits = self._answer(**inputs)
        return SimpleNamespace(pred_boxes=boxes, logits=logits)


@cache
def opened(folder: Path, kind: str) -> Checkpoint:
    source = find_kind(str(folder), [kind], "a detector")
    auto = AutoModelForZeroShotObjectDetection
    return open_checkpoint(source, auto, device="cpu", dtype="float32")


def theirs(folder: Path) -> tuple[Any, Any]:
    """The model and the processor of a checkpoint, as transformers opens them."""
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    return model, AutoProcessor.from_pretrained(folder)


def faked(checkpoint: Checkpoint, model: Faked) -> OpenDetector:
    return OpenDetector(replace(checkpoint, name="faked", model=model))


def bright(pixel_values: torch.Tensor, **inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One box a picture, around the bright pixels that the model is given, sure of every word."""
    boxes = []
    for pixels in pixel_values:
        levels = pixels.mean(dim=0)
        lit = (levels > (levels.min() + levels.max()) / 2).nonzero()
        low, high = lit.min(dim=0).values, lit.max(dim=0).values + 1
        sides = torch.tensor(pixels.shape[1:])
        centre, size = (low + high) / 2 / sides, (high - low) / sides
        boxes.append(torch.stack([centre.flip(0), size.flip(0)]).reshape(1, 4))
    return torch.stack(boxes), torch.full((len(boxes), 1, 40), 5.0)


def rectangle(width: int, height: int, box: Box) -> Picture:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[box.top : box.bottom, box.left : box.right] = 255
    return Picture(pixels)


def corners(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


def best(found: list[Located], word: str) -> Located:
    return next(one for one in found if one.word == word)


def true_corners(box: torch.Tensor, picture: Picture) -> Any:
    """What the `corners` of transformers' box are about: in the picture, and of whole pixels."""
    sides = [picture.width, picture.height] * 2
    return pytest.approx(np.clip(box.numpy(), 0, sides), abs=0.51)


def found_in_turn(detector: OpenDetector) -> list[list[str]]:
    """What is found, and surely, of `WORDS`, of none of them, and of `WORDS` the other way."""
    picture = plain(1, 2, 3, 200, 80)
    found = detector.locate([Locate(picture, words) for words in (WORDS, ("dog",), WORDS[::-1])])
    assert all(one.score > 0.9 for boxes in found for one in boxes)
    return [[one.word for one in boxes] for boxes in found]
