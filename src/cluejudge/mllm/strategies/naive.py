"""Every question by itself, from the picture's pixels on: the oracle, and the slowest way."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.strategies.base import Kit


class Naive:
    """The model's own forward pass over a whole prompt; valid for every model."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask."""
        return [self._one(ask) for ask in asks]

    @torch.inference_mode()
    def _one(self, ask: Score) -> YesNo:
        kit = self._kit
        kit.prompts.vet([ask.content])
        question = kit.prompts.template.question(ask.content.strip())
        inputs = kit.prefixes.inputs(ask.image, question)
        out = kit.backbone.model(**inputs, logits_to_keep=1, use_cache=False)
        return kit.labels.read(out.logits[:, -1])[0]
