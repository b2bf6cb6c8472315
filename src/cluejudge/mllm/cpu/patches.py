"""Embeddings of patches that are given one by one, as Qwen's models do it: they are products."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cluejudge.mllm.cpu.linear import PackedLinear, packs


class PackedPatches(nn.Module):
    """A convolution over blocks that do not overlap; of one block at a time it makes a product."""

    def __init__(self, convolution: nn.Conv3d) -> None:
        super().__init__()
        self.convolution = convolution
        outputs, *block = convolution.weight.shape
        linear = nn.Linear(torch.Size(block).numel(), outputs, bias=False, device="meta")
        linear.weight = nn.Parameter(convolution.weight.detach().flatten(1), requires_grad=False)
        linear.bias = convolution.bias
        self.product = PackedLinear(linear)

    @property
    def weight(self) -> Tensor:
        """As of the convolution."""
        return self.convolution.weight

    def forward(self, blocks: Tensor) -> Tensor:
        """[..., outputs, 1, 1, 1] of [..., channels, frames, height, width], if that is a block."""
        if blocks.shape[1:] != self.weight.shape[1:]:
            found: Tensor = self.convolution(blocks)
            return found
        made: Tensor = self.product(blocks.flatten(1))
        return made[:, :, None, None, None]


def pack_patches(model: nn.Module) -> int:
    """Replace the embeddings of patches in `model`; how many. None where `packs` is false."""
    packed = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is nn.Conv3d and _apart(layer) and packs():
                setattr(parent, name, PackedPatches(layer))
                packed += 1
    return packed


def _apart(layer: nn.Conv3d) -> bool:
    """Whether each output is of a block of its own, whole and without padding."""
    plain = layer.groups == 1 and set(layer.dilation) == {1}
    return plain and layer.stride == layer.kernel_size and not any(layer.padding)
