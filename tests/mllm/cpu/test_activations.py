from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers.activations import ACT2FN

from cluejudge.mllm.cpu.activations import fuse_activations
from cluejudge.mllm.cpu.linear import pack_linear
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Naive
from tests.mllm.families import FAMILIES
from tests.mllm.kits import asks, kit_around, kit_of, picture

Way = Callable[[Any, Tensor], Tensor]

FUSED: dict[str, Way] = {
    "between": lambda block, x: block.second(block.act(block.first(x))),
    "behind": lambda block, x: block.act(block.second(block.first(x))),
    "gate": lambda block, x: block.second(block.act(block.first(x)) * x),
}
LEFT: dict[str, Way] = {
    "before": lambda block, x: block.second(block.first(block.act(x))),
    "twice": lambda block, x: block.second(block.act(block.act(block.first(x)))),
    "layer twice": lambda block, x: block.act(block.first(block.first(x))),
    "of a sum": lambda block, x: block.second(block.act(block.first(x) + x)),
    "read elsewhere": lambda block, x: block.second(block.act(y := block.first(x)) + y),
    "not traced": lambda block, x: block.act(block.first(x)) if x.sum() > 0 else x,
}


class Block(nn.Module):
    """Two layers and an activation, put together as a test says."""

    def __init__(self, way: Way, activation: nn.Module) -> None:
        super().__init__()
        self.first, self.second, self.act = nn.Linear(8, 8), nn.Linear(8, 8), activation
        self._way = way

    def forward(self, tokens: Tensor) -> Tensor:
        return self._way(self, tokens)


def fuses(way: Way, activation: nn.Module, dtype: torch.dtype = torch.float32) -> bool:
    """Whether an activation is fused; that the block gives the same before and after."""
    torch.manual_seed(0)
    block = Block(way, activation).to(dtype).requires_grad_(False)
    assert pack_linear(block) == 2
    tokens = 3 * torch.randn(40, 8, dtype=dtype)
    true = block(tokens)
    fused = fuse_activations(block)
    tolerance = {"atol": 0.02, "rtol": 0.02} if dtype == torch.bfloat16 else {}
    torch.testing.assert_close(block(tokens), true, **tolerance)
    assert isinstance(block.act, nn.Identity) == (fused > 0)
    return fused > 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", ["gelu", "gelu_pytorch_tanh"])
@pytest.mark.parametrize("way", FUSED)
def test_an_activation_that_alone_gets_what_a_layer_gives(
    way: str, name: str, dtype: torch.dtype
) -> None:
    assert fuses(FUSED[way], ACT2FN[name], dtype)


@pytest.mark.parametrize("way", LEFT)
def test_others_stay_where_they_are(way: str) -> None:
    assert not fuses(LEFT[way], nn.GELU())


@pytest.mark.parametrize("name", ["silu", "quick_gelu", "relu", "gelu_10", "gelu_new"])
def test_so_do_those_of_other_kinds(name: str) -> None:
    assert not fuses(FUSED["between"], ACT2FN[name])


def test_layers_that_are_not_packed_have_nothing_fused() -> None:
    block = Block(FUSED["between"], nn.GELU())
    assert fuse_activations(block) == 0
    assert isinstance(block.act, nn.GELU)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_the_same(family: str, checkpoint: Callable[[str], Path]) -> None:
    folder = checkpoint(family)
    kit = kit_around(load_backbone(str(folder), MllmOptions(dtype="float32", device="cpu")))
    pack_linear(kit.backbone.model)
    assert fuse_activations(kit.backbone.model) > 0
    asked = asks(picture(1), None)
    answers, true = Naive(kit).answer(asked), Naive(kit_of(folder)).answer(asked)
    assert max(abs(a.p_yes - b.p_yes) for a, b in zip(answers, true, strict=True)) < 1e-4
