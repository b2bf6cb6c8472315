"""Grounding DINO and MM Grounding DINO: words are one text, of which each box lights up tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cluejudge.asks import Locate
from cluejudge.image import Picture
from cluejudge.mllm.detection.boxes import Sight
from cluejudge.mllm.detection.captions import Caption, Captions
from cluejudge.mllm.opening.pretrained import Checkpoint

_HELD = 32  # pictures made ready at a time
_PASS = 4  # pictures seen in one pass

Task = tuple[int, Caption]
"""The place of an ask, and some or all of its words."""


class GroundingEye:
    """One pass a picture, or more where its words are too many tokens for one.

    A word is found by where its tokens stand, never by their spelling, so that `fire` and `fire
    truck` are told apart. How sure the model is of a word is the mean over its tokens, as in the
    model's own evaluation on named classes.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._images = checkpoint.processor.image_processor
        self._captions = Captions(
            checkpoint.processor.tokenizer,
            length=checkpoint.config.max_text_len,
            name=checkpoint.name,
        )

    def __call__(self, asks: Sequence[Locate]) -> list[list[Sight]]:
        """For each ask a sight of every caption that its words make."""
        parts = (asks[start : start + _HELD] for start in range(0, len(asks), _HELD))
        return [sights for part in parts for sights in self._sights(part)]

    def vet(self, words: Sequence[str]) -> list[str]:
        """What to say of each word that is read only in part; raises as `Captions` does."""
        return self._captions.vet(words)

    def _sights(self, asks: Sequence[Locate]) -> list[list[Sight]]:
        tasks = [
            (place, caption)
            for place, ask in enumerate(asks)
            for caption in self._captions(ask.words)
        ]
        pixels = [self._pixels(ask.image) for ask in asks]
        sights: list[list[Sight]] = [[] for _ in asks]
        for part in _passes(tasks, pixels):
            boxes, scores = self._seen(
                torch.cat([pixels[place] for place, _ in part]), [caption for _, caption in part]
            )
            for row, (place, caption) in enumerate(part):
                picture = asks[place].image
                frame = picture.width, picture.height
                sights[place].append(
                    Sight(frame, boxes[row].numpy(), _of_words(scores[row], caption), caption.words)
                )
        return sights

    def _pixels(self, picture: Picture) -> Tensor:
        pixels: Tensor = self._images(images=picture.pil(), return_tensors="pt")["pixel_values"]
        return pixels

    def _seen(self, pixels: Tensor, captions: Sequence[Caption]) -> tuple[Tensor, Tensor]:
        """Boxes [pictures, n, 4] and how sure each is of each token [pictures, n, tokens]."""
        longest = max(len(caption.ids) for caption in captions)
        ids = torch.full((len(captions), longest), self._captions.pad)
        mask = torch.zeros_like(ids)
        for row, caption in enumerate(captions):
            ids[row, : len(caption.ids)] = torch.tensor(caption.ids)
            mask[row, : len(caption.ids)] = 1
        inputs = {"pixel_values": pixels, "input_ids": ids, "attention_mask": mask}
        out = self._checkpoint.model(**self._checkpoint.placed(inputs))
        return out.pred_boxes.float().cpu(), out.logits.float().sigmoid().cpu()


def _passes(tasks: Sequence[Task], pixels: Sequence[Tensor]) -> Iterator[list[Task]]:
    """Tasks that are seen together: only pictures of one size, for padding changes what is seen."""

    def size(task: Task) -> tuple[int, ...]:
        return tuple(pixels[task[0]].shape)

    for _, alike in groupby(sorted(tasks, key=size), key=size):
        same = list(alike)
        yield from (same[start : start + _PASS] for start in range(0, len(same), _PASS))


def _of_words(scores: Tensor, caption: Caption) -> np.ndarray[Any, np.dtype[np.float32]]:
    """How sure each box is of each word [n, words], from its tokens [n, tokens]."""
    words = [scores[:, span].mean(dim=1) for _, span in caption.spans]
    return np.asarray(torch.stack(words, dim=1).numpy(), np.float32)
