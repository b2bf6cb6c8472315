"""Every question by itself, from the picture's pixels on: the oracle, and the slowest way."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.strategies.base import Kit


class Naive:
    """The model's own forward pass over a whole prompt; valid for every model."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask."""
        return [self._kit.labels.read(self.logits(ask))[0] for ask in asks]

    @torch.inference_mode()
    def logits(self, ask: Score) -> Tensor:
        """Logits [1, vocabulary] of the token behind one question."""
        kit = self._kit
        kit.prompts.vet([ask.content])
        question = kit.prompts.template.question(ask.content.strip())
        inputs = kit.prefixes.inputs(ask.image, question)
        out = kit.backbone.model(**inputs, logits_to_keep=1, use_cache=False)
        logits: Tensor = out.logits
        return logits[:, -1]
