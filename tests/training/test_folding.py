from __future__ import annotations

import copy

import pytest
import torch

from training.folding import fold, largest_difference, round_to_half
from training.net import Net


def pixels() -> torch.Tensor:
    return torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(3)) * 2 - 1


def test_a_folded_tower_sees_the_same_without_norms(net: Net) -> None:
    folded = fold(net)
    assert largest_difference(net, folded, pixels()) < 1e-4
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())


def test_folding_leaves_the_net_as_it_was(net: Net) -> None:
    before = copy.deepcopy(net.state_dict())
    fold(net)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_what_is_not_convolution_is_kept(net: Net) -> None:
    folded = dict(fold(net).named_parameters())
    for name, value in net.named_parameters():
        if ".convs." not in name:
            assert torch.equal(value, folded[name])


def test_rounded_weights_survive_float16(net: Net) -> None:
    folded = fold(net)
    round_to_half(folded)
    for value in folded.parameters():
        assert torch.equal(value.half().float(), value)
    assert largest_difference(net, folded, pixels()) < 0.05


def test_weights_beyond_float16_are_refused(net: Net) -> None:
    folded = fold(net)
    with torch.no_grad():
        folded.probe.weight[0, 0] = 1e5
    with pytest.raises(ValueError, match=r"probe\.weight"):
        round_to_half(folded)
