"""One pass of the model over tokens that stand behind cached ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cluejudge.mllm.backbone import Backbone


@torch.inference_mode()
def read_on(
    backbone: Backbone,
    cache: Any,
    ids: Tensor,
    positions: Tensor,
    wanted: Tensor,
    mask: Tensor | None = None,
) -> Tensor:
    """Logits [rows, n, vocabulary] behind the `wanted` [rows, n] of the tokens `ids` [rows, tokens],
    which are added to `cache`.

    `positions` [rows, tokens] are always told: models with positions in time, height and width
    would count on from the last picture they saw. `mask` is [rows, cached + tokens] for padding, or
    bool [rows, 1, tokens, cached + tokens] for what each token sees; None: all before it.
    """
    if mask is not None and mask.ndim == 4 and _attention(backbone) != "sdpa":
        mask = _additive(mask, backbone.model.dtype)
    out = backbone.model(
        input_ids=ids,
        position_ids=positions,
        attention_mask=mask,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=wanted,
    )
    logits: Tensor = out.logits
    return logits


def _attention(backbone: Backbone) -> str:
    """How the text layers compute attention: only sdpa reads a mask of truth values."""
    text = backbone.model.config.get_text_config(decoder=True)
    return str(getattr(text, "_attn_implementation", "eager"))


def _additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    unseen = torch.finfo(dtype).min
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, unseen)
