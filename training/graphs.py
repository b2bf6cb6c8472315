"""The three graphs that the runtime runs, as plain modules over the trained weights.

They compute what the modules of `training.net` and of transformers compute, in operations that
onnxruntime fuses well and with shapes that may all vary.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import LlavaForConditionalGeneration

from training.net import Net, TextTower

HIDDEN = -1e9
"""Added to the attention score of what must not be seen."""


class Vision(nn.Module):
    """Pixels to all that is read off a picture."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Pixels [batch, 3, 128, 128] in -1..1 -> projected cells [batch, 64, width], boxes
        [batch, 64, 4], the relevance vector [batch, joint], the logit of being known [batch].
        """
        cells = self.net.cells(pixels)
        known = self.net.known_logit(cells)
        return self.net.project(cells), self.net.boxes(cells), self.net.pool(cells), known


class TextVectors(nn.Module):
    """Token ids to the unit vectors of texts."""

    def __init__(self, words: nn.Embedding, tower: TextTower) -> None:
        super().__init__()
        self.words = words
        self.tower = tower

    def forward(self, ids: Tensor) -> Tensor:
        """Ids [texts, length], padded with 0 -> [texts, joint]."""
        padding = ids == 0
        layer: Any = self.tower.layer
        x = self.words(ids) + self.tower.place[:, : ids.shape[1]]
        x = x + _self_attention(layer.self_attn, layer.norm1(x), padding)
        x = x + layer.linear2(nn.functional.gelu(layer.linear1(layer.norm2(x))))
        weight = (~padding).unsqueeze(-1).to(x.dtype)
        pooled = (self.tower.norm(x) * weight).sum(1) / weight.sum(1)
        return nn.functional.normalize(self.tower.out(pooled), dim=-1)


def _self_attention(attention: nn.MultiheadAttention, x: Tensor, padding: Tensor) -> Tensor:
    batch, length, width = x.shape
    heads = attention.num_heads
    both = nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)
    parts = both.view(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
    bias = padding[:, None, None].to(x.dtype) * HIDDEN
    mixed = _attend(parts[0], parts[1], parts[2], bias)
    out: Tensor = attention.out_proj(mixed)
    return out


def _attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """[batch, heads, length, size] each -> [batch, length, heads x size]."""
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(2, 3) + bias
    mixed = torch.softmax(scores, dim=-1) @ value
    return mixed.transpose(1, 2).flatten(2)


class RMSNorm(nn.Module):
    """Division by the root of the mean square, written as the fusions of onnxruntime expect it."""

    def __init__(self, weight: Tensor, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach())
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        out: Tensor = x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight
        return out


class Layer(nn.Module):
    """One layer of the decoder, with what can be one multiplication as one."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention, mlp = layer.self_attn, layer.mlp
        if attention.num_key_value_groups != 1:
            raise ValueError("the graph has as many key heads as query heads")
        self.rotary = bool(attention.use_rope)
        self.size = attention.head_dim
        self.norm1 = _norm(layer.input_layernorm)
        self.qkv = _joined(attention.q_proj, attention.k_proj, attention.v_proj)
        self.out = attention.o_proj
        self.norm2 = _norm(layer.post_attention_layernorm)
        self.gate_up = _joined(mlp.gate_proj, mlp.up_proj)
        self.down = mlp.down_proj

    def forward(
        self, x: Tensor, angles: Tensor, bias: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Hidden states and the cache [2, batch, heads, past, size] -> hidden states, new cache."""
        batch, length, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, length, 3, width // self.size, self.size)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        if self.rotary:
            query, key = rotate(query, angles), rotate(key, angles)
        keys, values = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        x = x + self.out(_attend(query, keys, values, bias))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        x = x + self.down(nn.functional.silu(gate) * up)
        return x, torch.stack([key, value])


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotary embedding: [batch, heads, length, size] by angles [batch, 1, length, size / 2]."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def _norm(norm: Any) -> RMSNorm:
    return RMSNorm(norm.weight, norm.variance_epsilon)


def _joined(*parts: nn.Linear) -> nn.Linear:
    weight = torch.cat([part.weight for part in parts])
    joined = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    joined.weight = nn.Parameter(weight.detach())
    return joined


class Decoder(nn.Module):
    """New tokens behind cached ones: the next-token logits where they are wanted."""

    frequencies: Tensor

    def __init__(self, llava: LlavaForConditionalGeneration) -> None:
        super().__init__()
        model = llava.model.language_model
        self.layers = nn.ModuleList(Layer(layer) for layer in model.layers)
        self.norm = _norm(model.norm)
        self.head = llava.lm_head
        self.register_buffer("frequencies", model.rotary_emb.inv_freq.float())

    def forward(
        self, embeds: Tensor, positions: Tensor, sees: Tensor, past: Tensor, rows: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Embeddings [batch, new, width], their positions [batch, new], what each of them sees of
        old and new [batch, 1, new, past + new], the cache [layers, 2, batch, heads, past, size] and
        the flat indices [rows] of wanted tokens -> logits [rows, words], the new tokens' cache.
        """
        angles = (positions.unsqueeze(-1).float() * self.frequencies).unsqueeze(1)
        bias = (~sees).to(embeds.dtype) * HIDDEN
        x, caches = embeds, []
        for number, layer in enumerate(self.layers):
            x, cache = layer(x, angles, bias, past[number])
            caches.append(cache)
        wanted = x.flatten(0, 1).index_select(0, rows)
        return self.head(self.norm(wanted)), torch.stack(caches)
