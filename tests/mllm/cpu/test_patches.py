from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cluejudge.mllm.cpu.patches import PackedPatches, pack_patches
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Naive
from tests.mllm.families import FAMILIES
from tests.mllm.kits import asks, kit_around, kit_of, picture

BLOCK = (2, 4, 3)


def embedding(**how: Any) -> nn.Conv3d:
    torch.manual_seed(0)
    return nn.Conv3d(3, 9, **{"kernel_size": BLOCK, "stride": BLOCK, **how}).requires_grad_(False)


@given(
    count=st.integers(1, 20),
    times=st.tuples(*[st.integers(1, 2)] * 3),
    biased=st.booleans(),
    dtype=st.sampled_from([torch.float32, torch.bfloat16]),
)
def test_it_is_the_convolution(
    count: int, times: tuple[int, int, int], biased: bool, dtype: torch.dtype
) -> None:
    layer = embedding(bias=biased).to(dtype)
    sides = [one * many for one, many in zip(BLOCK, times, strict=True)]
    blocks = torch.randn(count, 3, *sides, dtype=dtype)
    found, true = PackedPatches(layer)(blocks), layer(blocks)
    assert found.shape == true.shape
    assert found.dtype == dtype
    torch.testing.assert_close(found, true)


def test_one_block_is_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = PackedPatches(embedding())
    monkeypatch.setattr(packed.convolution, "forward", pytest.fail)
    assert packed(torch.randn(5, 3, *BLOCK)).shape == (5, 9, 1, 1, 1)


@pytest.mark.parametrize(
    "layer",
    [
        embedding(stride=1),
        embedding(padding=1),
        embedding(dilation=2),
        embedding(groups=3),
        nn.Conv2d(3, 4, 2, 2),
    ],
    ids=str,
)
def test_other_convolutions_stay_as_they_are(layer: nn.Module) -> None:
    model = nn.Sequential(layer)
    assert pack_patches(model) == 0
    assert model[0] is layer


def test_an_old_torch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops, "mkldnn", SimpleNamespace())
    assert pack_patches(nn.Sequential(embedding())) == 0


@pytest.mark.parametrize("family", [name for name in FAMILIES if name.startswith("qwen")])
def test_families_that_embed_so_answer_the_same(
    family: str, checkpoint: Callable[[str], Path]
) -> None:
    folder = checkpoint(family)
    kit = kit_around(load_backbone(str(folder), MllmOptions(dtype="float32", device="cpu")))
    assert pack_patches(kit.backbone.model) == 1
    asked = asks(picture(1))
    answers, true = Naive(kit).answer(asked), Naive(kit_of(folder)).answer(asked)
    assert max(abs(a.p_yes - b.p_yes) for a, b in zip(answers, true, strict=True)) < 1e-4
