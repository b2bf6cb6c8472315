"""What one family is made of, and the numbers that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.mllm.families.tokens import Tokens

Ids = Callable[[str], int]

VOCABULARY = 512  # a little more than the tokenizer has, as is usual
HIDDEN = 64
TEXT: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": HIDDEN,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 4096,
}
TOWER: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "patch_size": 8,
}
# A low base turns every pair of channels within a prompt: a wrong position is then no small thing.
ROPE: dict[str, Any] = {"rope_type": "default", "rope_theta": 50.0}
CLIP_COLOURS: dict[str, Any] = {
    "image_mean": [0.481, 0.458, 0.408],
    "image_std": [0.269, 0.261, 0.276],
}
HALF_COLOURS: dict[str, Any] = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}


@dataclass(frozen=True)
class Family:
    """One checkpoint: `config` gives the model's config from the ids of its special tokens.

    `images` is the content of `preprocessor_config.json`, `processor` that of
    `processor_config.json`; both are left out where `processor_class` is empty.
    """

    model_type: str
    tokens: Tokens
    template: str | None
    config: Callable[[Ids], dict[str, Any]]
    processor_class: str = ""
    images: dict[str, Any] = field(default_factory=dict)
    processor: dict[str, Any] = field(default_factory=dict)


def text(tokens: Tokens, ids: Ids, **more: Any) -> dict[str, Any]:
    """A text config with the family's special tokens."""
    return {
        **TEXT,
        "rope_parameters": dict(ROPE),
        "bos_token_id": ids(tokens.bos) if tokens.bos else None,
        "eos_token_id": ids(tokens.eos),
        "pad_token_id": ids(tokens.pad),
        **more,
    }
