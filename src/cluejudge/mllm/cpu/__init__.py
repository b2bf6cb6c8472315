"""What makes models fast on processors that multiply bfloat16."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

from cluejudge.mllm.cpu.activations import fuse_activations
from cluejudge.mllm.cpu.capabilities import multiplies_bfloat16, products_pay
from cluejudge.mllm.cpu.linear import pack_linear
from cluejudge.mllm.cpu.patches import pack_patches
from cluejudge.mllm.cpu.products import set_products


def suit(model: PreTrainedModel) -> None:
    """Change how a loaded model computes, not what, if it is in bfloat16 on such a processor."""
    here = model.device.type == "cpu" and model.dtype == torch.bfloat16
    if here and multiplies_bfloat16():
        pack_linear(model)
        pack_patches(model)
        fuse_activations(model)
        if products_pay():
            set_products(model)
