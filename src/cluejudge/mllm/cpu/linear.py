"""Linear layers whose weights are laid out as the processor's products read them.

Torch's own lay them out anew for each product, which tells where there are few tokens, as where a
text is written token by token (`benchmarks/cpu.py`). A product may go through an activation on its
way to memory.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import torch
from torch import Tensor, nn

_OPERATIONS = ("_reorder_linear_weight", "_linear_pointwise")
"""What torch's own compiler makes of linear layers (torch/_inductor/mkldnn_lowerings.py)."""


class Then(NamedTuple):
    """What is done with each number of a product, as the operation names it; nothing at first."""

    name: str = "none"
    algorithm: str = ""


class PackedLinear(nn.Module):
    """A linear layer that cannot be trained; `weight` tells its precision and place only."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach())
        self.register_buffer("weight", packed, persistent=False)
        self.register_buffer("bias", linear.bias, persistent=False)
        self.then = Then()

    def forward(self, tokens: Tensor) -> Tensor:
        """[..., out_features] of [..., in_features]."""
        found: Tensor = torch.ops.mkldnn._linear_pointwise(
            tokens, self.weight, self.bias, self.then.name, [], self.then.algorithm
        )
        return found


def packs() -> bool:
    """Whether this torch has the operations."""
    return all(hasattr(torch.ops.mkldnn, name) for name in _OPERATIONS)


def pack_linear(model: nn.Module) -> int:
    """Replace the linear layers of `model`; how many. None where torch lacks what it takes.

    Weights that are shared, as between a model's first and last matrix, stay as they are.
    """
    if not packs():
        return 0
    users = Counter(id(weight) for _, weight in model.named_parameters(remove_duplicate=False))
    packed = 0
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is nn.Linear and users[id(layer.weight)] == 1:
                setattr(parent, name, PackedLinear(layer))
                packed += 1
    return packed
