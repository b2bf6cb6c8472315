"""How many tokens one pass of a model may hold, by the memory that its weights have left free."""

from __future__ import annotations

from typing import Any

import torch
from transformers import PreTrainedModel

from cluejudge.mllm.opening.memory import free_bytes

USUAL = 8192
"""Tokens of one pass where no GPU tells how much memory is free."""

LEAST, MOST = 1024, 65_536
"""Bounds on a GPU; with the upper one `benchmarks/gpu_throughput.py` estimates."""

_SHARE = 0.5
"""Of the free memory; the rest is for what the library around the model takes besides."""

_CACHES = 4
"""Of a token's keys and values: the pass, its copy with questions behind, and as many tokens twice
over of pictures that were read before."""


def batch_tokens(model: PreTrainedModel) -> int:
    """Tokens that one pass of a loaded model may hold."""
    devices = {one.device for one in model.parameters() if one.device.type == "cuda"}
    free = [size for device in devices if (size := free_bytes(device)) is not None]
    if not free:
        return USUAL
    text = model.config.get_text_config(decoder=True)
    return max(LEAST, min(MOST, int(_SHARE * min(free)) // token_bytes(text, model.dtype)))


def token_bytes(text: Any, dtype: torch.dtype) -> int:
    """Memory that one token of a pass takes: its keys and values, and what one layer works on.

    `text` is the configuration of the text part.
    """
    heads, width = text.num_attention_heads, text.hidden_size
    size = getattr(text, "head_dim", None) or width // heads
    groups = getattr(text, "num_key_value_heads", None) or heads
    kept = 2 * groups * size * text.num_hidden_layers
    worked = 8 * width + 4 * heads * size + 3 * text.intermediate_size
    return (_CACHES * kept + worked) * dtype.itemsize
