from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cluejudge.mllm.cpu.linear import PackedLinear, pack_linear
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Fork, Naive, Packed
from tests.mllm.families import FAMILIES
from tests.mllm.kits import asks, kit_around, kit_of, picture

sizes = st.integers(1, 40)


@given(
    shape=st.lists(st.integers(0, 5), max_size=2),
    size=sizes,
    out=sizes,
    biased=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
)
def test_it_is_the_layer(
    shape: list[int], size: int, out: int, biased: bool, dtype: torch.dtype
) -> None:
    torch.manual_seed(size + out)
    layer = nn.Linear(size, out, bias=biased, dtype=dtype).requires_grad_(False)
    tokens = torch.randn(*shape, size, dtype=dtype)
    found = PackedLinear(layer)(tokens)
    assert found.dtype == dtype
    torch.testing.assert_close(found, layer(tokens))


class Model(nn.Module):
    """A model whose first and last matrix are one, as many have them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Embedding(12, 8)
        self.inner = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.last = nn.Linear(8, 12, bias=False)
        self.last.weight = self.first.weight


def test_shared_weights_stay_as_they_are() -> None:
    model = Model().requires_grad_(False)
    assert pack_linear(model) == 2
    assert isinstance(model.inner[0], PackedLinear)
    assert type(model.last) is nn.Linear
    assert model.last.weight is model.first.weight


def test_layers_of_other_kinds_stay_as_they_are() -> None:
    class Quantized(nn.Linear):
        """A layer whose weights are not what they seem."""

    model = nn.Sequential(Quantized(4, 4), nn.Conv2d(3, 4, 1))
    assert pack_linear(model) == 0
    assert type(model[0]) is Quantized


def test_an_old_torch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops, "mkldnn", SimpleNamespace())
    model = nn.Sequential(nn.Linear(4, 4))
    assert pack_linear(model) == 0
    assert type(model[0]) is nn.Linear


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_the_same(family: str, checkpoint: Callable[[str], Path]) -> None:
    folder = checkpoint(family)
    kit = kit_around(load_backbone(str(folder), MllmOptions(dtype="float32", device="cpu")))
    assert pack_linear(kit.backbone.model) > 0
    asked = asks(picture(1), picture(2), None)
    true = Naive(kit_of(folder)).answer(asked)
    full = attention_of(kit.backbone.model.config).full
    for strategy in (Naive, Fork, Packed) if full else (Naive, Fork):
        answers = strategy(kit).answer(asked)
        assert max(abs(a.p_yes - b.p_yes) for a, b in zip(answers, true, strict=True)) < 1e-4
