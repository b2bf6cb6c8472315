"""A model that is loaded, with all that is needed to ask it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, ProcessorMixin


@dataclass(frozen=True, eq=False, slots=True)
class Backbone:
    """An image-text-to-text model in evaluation mode, its processor and its tokenizer.

    `name` is as the user gave it. `revision` is the hub's commit, or a digest of the folder: two
    models of the same name and revision have the same weights.
    """

    model: PreTrainedModel
    processor: ProcessorMixin
    tokenizer: PreTrainedTokenizerBase
    name: str
    revision: str

    @property
    def device(self) -> torch.device:
        """Where token ids go: a model that is spread over several devices begins there."""
        return self.model.get_input_embeddings().weight.device

    @property
    def attention(self) -> str:
        """How the text layers compute attention, as transformers names it."""
        text = self.model.config.get_text_config(decoder=True)
        return str(getattr(text, "_attn_implementation", "eager"))
