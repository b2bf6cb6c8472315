"""Random weights that make a model answer: its P(Yes) hangs on every part of the prompt.

A model as its library initialises it is nearly deaf: all scores of attention are about 0, so
every token sees the mean of all others, and a wrong mask or position would change nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

SEED = 7
SHARP = 1.6  # of queries and of keys: scores of attention have a deviation of about SHARP squared
LOUD = 1.5  # of what attention adds
ANSWER = 2.0  # the deviation of the logits of Yes and No
QUIET = 0.5  # of all others


def lively(model: Any, labels: Sequence[int]) -> None:
    """Draws all weights of `model` anew, always the same ones.

    `labels` are the tokens of Yes and No; they get a good part of the probability.
    """
    draw = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=draw)
            parameter.copy_(_weights(name, parameter, noise))
        for module in model.modules():
            if isinstance(module, nn.Embedding):
                module.weight.mul_(_embedding_scale(module))
        _answers(model, list(labels))


def _weights(name: str, parameter: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    if parameter.ndim == 1:
        return _vector(name, parameter, noise)
    if parameter.shape[0] == 1:  # learned positions and class tokens
        return 0.5 * noise
    fan_in = parameter[0].numel()
    return noise * (_gain(name) / math.sqrt(fan_in))


def _vector(name: str, parameter: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Biases, norms and their like stay near what they are."""
    if name.endswith("A_log"):  # forgetting of linear attention: over 10 to 100 tokens
        return -3 + 0.7 * noise
    if name.endswith(("lambda_1", "lambda_2")):  # scales of a vision layer
        return torch.ones_like(parameter)
    if name.endswith(("q_norm.weight", "k_norm.weight")):
        return parameter + (SHARP - 1) + 0.1 * noise
    return parameter + 0.1 * noise


def _gain(name: str) -> float:
    if "q_proj" in name or "k_proj" in name:
        return SHARP
    return LOUD if any(part in name for part in ("v_proj", "o_proj", "out_proj")) else 1.0


def _embedding_scale(module: nn.Embedding) -> float:
    """Back to a deviation of 1 after the module's own scale, if it has one (Gemma)."""
    own = float(getattr(module, "scalar_embed_scale", 1.0))
    return math.sqrt(module.embedding_dim) / own


def _answers(model: Any, labels: list[int]) -> None:
    head = model.get_output_embeddings().weight
    if head is model.get_input_embeddings().weight:
        head[labels] *= ANSWER
    else:
        head *= QUIET
        head[labels] *= ANSWER / QUIET
