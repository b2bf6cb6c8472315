"""Whether the questions of a model can be packed into one sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    text = config.get_text_config(decoder=True)
    types: Sequence[str] | None = getattr(text, "layer_types", None)
    if types:
        others = sorted({kind for kind in types if kind != FULL})
        if others:
            return Attention(False, f"some text layers are {', '.join(others)}")
        return Attention(True, "every text layer is full attention")
    if getattr(text, "use_sliding_window", True) and getattr(text, "sliding_window", None):
        return Attention(False, "the text layers have a sliding window")
    for field in ("cross_attention_layers", "linear_num_key_heads", "mamba_d_state", "ssm_cfg"):
        if getattr(text, field, None):
            return Attention(False, f"the text part has {field}")
    return Attention(True, "every text layer is full attention")
