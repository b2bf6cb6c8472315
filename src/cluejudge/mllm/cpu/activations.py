"""Activations that the products before them do on their way to memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import torch
from torch import fx, nn
from transformers.activations import GELUActivation, GELUTanh

from cluejudge.mllm.cpu.linear import PackedLinear, Then

_GELU = (nn.GELU, GELUActivation, GELUTanh)
"""Others gain less than a hundredth of a pass (SiLU), or are none of the product's (QuickGELU)."""


def fuse_activations(model: nn.Module) -> int:
    """Give activations to the packed layers before them; how many.

    That is done where a module's own `forward`, as torch traces it, hands what a layer gives to an
    activation and to nothing else. What cannot be traced stays as it is.
    """
    fused = 0
    for module in list(model.modules()):
        kinds = {type(child) for child in module.children()}
        if PackedLinear in kinds and kinds.intersection(_GELU):
            for layer, name in list(_pairs(module)):
                then = _then(module.get_submodule(name))
                if then is not None:
                    layer.then = then
                    setattr(module, name, nn.Identity())
                    fused += 1
    return fused


class _Calls(fx.Tracer):
    """Sees which of its own parts a module calls, and not what they do."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return True


def _pairs(module: nn.Module) -> Iterator[tuple[PackedLinear, str]]:
    """Layers, and the names of the parts that alone get what they give; each is called once."""
    try:
        nodes = _Calls().trace(module).nodes
    except Exception:  # a model's own code, which may do anything with what is no tensor
        return
    parts = dict(module.named_children())
    times = Counter(node.target for node in nodes if node.op == "call_module")
    for node in nodes:
        layer, users = parts.get(str(node.target)), list(node.users)
        if not isinstance(layer, PackedLinear) or len(users) != 1:
            continue
        [user] = users
        alone = user.op == "call_module" and user.args == (node,) and not user.kwargs
        if alone and times[node.target] == times[user.target] == 1:
            yield layer, str(user.target)


def _then(activation: nn.Module) -> Then | None:
    """Which GELU an activation is, if it is one."""
    if not isinstance(activation, _GELU):
        return None
    probe = torch.linspace(-4, 4, 64)
    found = activation(probe)
    for algorithm in ("none", "tanh"):
        if torch.equal(found, nn.functional.gelu(probe, approximate=algorithm)):
            return Then("gelu", algorithm)
    return None
