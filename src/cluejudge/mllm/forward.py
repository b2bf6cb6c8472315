"""One pass of the model over tokens that stand behind cached ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cluejudge.mllm.backbone import Backbone


@torch.inference_mode()
def read_on(
    backbone: Backbone, cache: Any, ids: Tensor, positions: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Hidden states [rows, tokens, width] of `ids` [rows, tokens], which are added to `cache`.

    `positions` [rows, tokens]; `mask` is [rows, cached + tokens] for padding, or bool
    [rows, 1, tokens, cached + tokens] for what each token sees; None: all before it.
    """
    base = backbone.model.base_model
    if mask is not None and mask.ndim == 4 and _attention(backbone) != "sdpa":
        hidden_from = torch.finfo(backbone.model.dtype).min
        mask = torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, hidden_from)
        mask = mask.to(backbone.model.dtype)
    if hasattr(base, "rope_deltas"):
        # Text stands at the same place on all three axes (time, height, width).
        positions = positions.expand(3, -1, -1)
    out = base(
        input_ids=ids,
        position_ids=positions,
        attention_mask=mask,
        past_key_values=cache,
        use_cache=True,
    )
    hidden: Tensor = out.last_hidden_state
    return hidden


@torch.inference_mode()
def next_logits(backbone: Backbone, hidden: Tensor) -> Tensor:
    """Logits over the vocabulary, float32 [n, vocabulary], of hidden states [n, width]."""
    head = backbone.model.get_output_embeddings()
    logits: Tensor = head(hidden.to(head.weight.device)).float()
    cap = getattr(backbone.model.config.get_text_config(decoder=True), "final_logit_softcapping", 0)
    return torch.tanh(logits / cap) * cap if cap else logits


def _attention(backbone: Backbone) -> str:
    """How the text layers compute attention: only sdpa reads a mask of truth values."""
    text = backbone.model.config.get_text_config(decoder=True)
    return str(getattr(text, "_attn_implementation", "eager"))
