"""OWL-ViT and OWLv2: every word is a query, and every patch of the picture a box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cluejudge.asks import Locate
from cluejudge.image import Picture
from cluejudge.mllm.detection.boxes import Floats, Sight
from cluejudge.mllm.opening.pretrained import Checkpoint
from cluejudge.mllm.prompting.texts import Texts

PROMPT = "a photo of a {}"
"""What a word is put into: OWL learnt from texts like this one (arXiv 2205.06230)."""

_PICTURES = 8  # seen in one pass


class OwlEye:
    """One pass a picture for all of its words, however many there are."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._images = checkpoint.processor.image_processor
        self._padded = checkpoint.config.model_type == "owlv2" and self._images.do_pad
        if self._padded and self._images.backend == "pil":
            self._images.resize = _resized
        self._tokens = Texts(
            checkpoint.processor.tokenizer,
            length=checkpoint.config.text_config.max_position_embeddings,
            name=checkpoint.name,
        )

    def __call__(self, asks: Sequence[Locate]) -> list[list[Sight]]:
        """One sight for each ask."""
        parts = (asks[start : start + _PICTURES] for start in range(0, len(asks), _PICTURES))
        return [[sight] for part in parts for sight in self._seen(part)]

    def vet(self, words: Sequence[str]) -> list[str]:
        """What to say of each word that is read only in part; `ModelError` for special tokens."""
        return self._tokens.vet([PROMPT.format(word) for word in words])

    def _seen(self, asks: Sequence[Locate]) -> list[Sight]:
        most = max(len(ask.words) for ask in asks)
        # A picture with fewer words than another one asks for its first word again.
        queries = [[*ask.words, *ask.words[:1] * (most - len(ask.words))] for ask in asks]
        ids = self._tokens([PROMPT.format(word) for words in queries for word in words])
        images = self._images(images=[ask.image.pil() for ask in asks], return_tensors="pt")
        inputs = self._checkpoint.placed({"input_ids": ids, **images})
        out = self._checkpoint.model(**inputs)
        boxes: Floats = out.pred_boxes.float().cpu().numpy()
        scores: Floats = out.logits.float().sigmoid().cpu().numpy()
        return [
            Sight(self._frame(ask.image), boxes[row], scores[row, :, : len(ask.words)], ask.words)
            for row, ask in enumerate(asks)
        ]

    def _frame(self, picture: Picture) -> tuple[float, float]:
        """OWL-ViT squeezes a picture into a square; OWLv2 pads it at the right or the bottom."""
        if not self._padded:
            return picture.width, picture.height
        side = max(picture.width, picture.height)
        return side, side


def _resized(image: np.ndarray[Any, Any], size: Any, *_: Any) -> Floats:
    """A square image [channels, side, side] blurred and scaled to `size`.

    This is how transformers resizes for OWLv2, a Gaussian blur as wide as the image shrinks and
    then bilinear, done by torch: its own way needs SciPy, and takes seconds for a large picture.
    """
    pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32))[:, None]
    sigma = (pixels.shape[-1] / size["height"] - 1) / 2
    if sigma > 0:
        pixels = _blurred(pixels, sigma)
    scaled: Tensor = functional.interpolate(
        pixels, (size["height"], size["width"]), mode="bilinear", align_corners=False
    )
    result: Floats = scaled[:, 0].numpy()
    return result


def _blurred(pixels: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur that is cut at four sigma and sees the image mirrored beyond its edges."""
    reach = math.floor(4 * sigma + 0.5)
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = (weights / weights.sum())[None, None]
    across = functional.pad(pixels, (reach, reach, 0, 0), mode="reflect")
    pixels = functional.conv2d(across, kernel[:, :, None, :])
    down = functional.pad(pixels, (0, 0, reach, reach), mode="reflect")
    return functional.conv2d(down, kernel[:, :, :, None])
