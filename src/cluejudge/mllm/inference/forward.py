"""One pass of the model over tokens that stand behind cached ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.cpu.products import READS_TRUTH


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens to be read behind cached ones.

    `ids` and `positions` [rows, tokens]; positions are always told, for models with positions in
    time, height and width would count on from the last picture they saw. `wanted` [rows, n] are
    those behind which the next token is asked for. `mask` is [rows, cached + tokens] for padding,
    or bool [rows, 1, tokens, cached + tokens] for what each token sees; None: all before it.
    """

    ids: Tensor
    positions: Tensor
    wanted: Tensor
    mask: Tensor | None = None


@torch.inference_mode()
def read_on(backbone: Backbone, cache: Any, tokens: Tokens) -> Tensor:
    """Logits [rows, n, vocabulary] behind the wanted tokens; all of them are added to `cache`."""
    mask = tokens.mask
    if mask is not None and mask.ndim == 4 and backbone.attention not in READS_TRUTH:
        mask = _additive(mask, backbone.model.dtype)
    out = backbone.model(
        input_ids=tokens.ids,
        position_ids=tokens.positions,
        attention_mask=mask,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=tokens.wanted,
    )
    logits: Tensor = out.logits
    return logits


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Token ids [rows, longest], filled up with 0 at the ends."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


def _additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    unseen = torch.finfo(dtype).min
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, unseen)
