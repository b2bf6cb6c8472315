"""Whether the questions of a model can be packed into one sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transformers.cache_utils import get_layer_types_and_kwargs

FULL = "full_attention"


@dataclass(frozen=True, slots=True)
class Attention:
    """`full`: every text layer sees all tokens before it, or as many as a mask leaves it."""

    full: bool
    reason: str


def attention_of(config: Any) -> Attention:
    """What the layers of a model's text part see, by its configuration.

    Only full attention heeds a mask alone. A layer with a state (linear attention, convolution)
    mixes neighbouring questions whatever the mask says, and a sliding window counts the tokens of
    other questions as its own.
    """
    types, _ = get_layer_types_and_kwargs(config.get_text_config(decoder=True))
    others = sorted({kind for kind in types if kind != FULL})
    if others:
        return Attention(False, f"some text layers are {', '.join(others)}")
    return Attention(True, "every text layer is full attention")
