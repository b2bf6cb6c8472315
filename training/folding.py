"""The trained net as it ships: batch norms folded into convolutions, weights that float16 holds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cluejudge.embedded.tower import ConvNorm
from training.net import Net


def fold(net: Net) -> Net:
    """A net with the same outputs in evaluation mode, whose tower has no batch norms."""
    state = dict(net.state_dict())
    for name, module in net.named_modules():
        if isinstance(module, ConvNorm) and isinstance(module.norm, nn.BatchNorm2d):
            for key in module.norm.state_dict():
                del state[f"{name}.norm.{key}"]
            weight, bias = _folded(module.conv, module.norm)
            state |= {f"{name}.conv.weight": weight, f"{name}.conv.bias": bias}
    image_token = net.llava.config.image_token_id
    assert image_token is not None
    folded = Net(net.words.num_embeddings, image_token, folded=True)
    folded.load_state_dict(state)
    return folded.eval()


def unfolded(net: Net) -> Net:
    """A net with batch norms, which do nothing yet but add the biases that were folded in."""
    image_token = net.llava.config.image_token_id
    assert image_token is not None
    whole = Net(net.words.num_embeddings, image_token, folded=False)
    state = whole.state_dict() | net.state_dict()
    for name, module in whole.named_modules():
        if isinstance(module, ConvNorm) and isinstance(module.norm, nn.BatchNorm2d):
            bias = state.pop(f"{name}.conv.bias")
            state |= {
                f"{name}.norm.bias": bias,
                f"{name}.norm.weight": torch.full_like(bias, (1 + module.norm.eps) ** 0.5),
            }
    whole.load_state_dict(state)
    return whole.eval()


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """The weight and bias of one convolution that does the work of both, in float32."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    weight = conv.weight.double() * gain.view(-1, 1, 1, 1)
    bias = norm.bias.double() - norm.running_mean.double() * gain
    return weight.float(), bias.float()


@torch.no_grad()
def round_to_half(net: Net) -> None:
    """Round every weight, in place, to a number that float16 holds exactly.

    So all the forms in which the weights ship hold the same numbers, whatever they compute in.
    Raises `ValueError` for a weight beyond the range of float16.
    """
    for name, parameter in net.named_parameters():
        rounded = parameter.half().float()
        if not rounded.isfinite().all():
            raise ValueError(f"{name} has weights beyond float16")
        parameter.copy_(rounded)


@torch.no_grad()
def largest_difference(one: Net, other: Net, pixels: Tensor) -> float:
    """How far apart the tower's tokens of both nets are, at most, for `pixels`."""
    return float((one.eval().cells(pixels) - other.eval().cells(pixels)).abs().max())
