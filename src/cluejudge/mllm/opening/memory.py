"""How much memory a model needs, and how much is free, before any of its weights is read."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModelForImageTextToText, PreTrainedConfig
from transformers.initialization import no_init_weights

from cluejudge.errors import ModelError
from cluejudge.mllm.failures import brief

_ROOM = 1.2
"""What a model needs, as a multiple of its weights: one pass of it needs room too."""

_QUANTIZED = {"4bit": 0.5 + 4 / 64, "8bit": 1.0}
"""Bytes of a weight of a linear layer; with 4 bits, 64 weights share one float32 scale."""

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def needed_bytes(
    config: PreTrainedConfig, dtype: torch.dtype, quantization: str | None = None
) -> int | None:
    """Memory that the model of `config` needs, from the shapes of its weights and what they take.

    None for a checkpoint that is quantized as it stands: its shapes do not tell. Raises
    `ModelError` for a configuration that makes no model.
    """
    if getattr(config, "quantization_config", None) is not None:
        return None
    model = _without_weights(config)
    linear = 0 if quantization is None else _linear_weights(model)
    others = sum(one.numel() for one in model.parameters()) - linear
    weights = others * dtype.itemsize + linear * _QUANTIZED.get(quantization or "", 0)
    return int(weights * _ROOM)


def free_bytes(device: torch.device) -> int | None:
    """Free memory of a CUDA device, or of this machine, whose memory the CPU and Apple's GPUs use.

    None where nothing tells it.
    """
    if device.type == "cuda":
        free: int = torch.cuda.mem_get_info(device)[0]
        return free
    told = [one for one in (_available(), _left_in_container()) if one is not None]
    return min(told, default=None)


def in_words(size: int) -> str:
    """A size in bytes as people say it."""
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"


def _without_weights(config: PreTrainedConfig) -> nn.Module:
    """The model of a configuration with shapes only; weights that are shared are there once."""
    try:
        with torch.device("meta"), no_init_weights():
            model = AutoModelForImageTextToText.from_config(deepcopy(config))
        model.tie_weights()
        return model
    except Exception as error:  # a model checks its configuration in its own way
        raise ModelError(f"no model can be made of the configuration: {brief(error)}") from error


def _linear_weights(model: nn.Module) -> int:
    """How many weights are quantized: those of linear layers, but for the head."""
    head = getattr(model, "get_output_embeddings", lambda: None)()
    layers = (one for one in model.modules() if isinstance(one, nn.Linear) and one is not head)
    return sum(layer.weight.numel() for layer in layers)


def _available() -> int | None:
    """What programs may still take of this machine's memory; all of it where only that is told."""
    try:
        lines = _MEMINFO.read_text("ascii").splitlines()
        kib = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(kib) * 1024
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _left_in_container() -> int | None:
    """What is left of the limit of a container; None without one.

    Files that were read and are kept in memory for a while take no room: it is made when needed.
    """
    try:
        limit = int((_CGROUP / "memory.max").read_text("ascii"))
        used = int((_CGROUP / "memory.current").read_text("ascii"))
        lines = (_CGROUP / "memory.stat").read_text("ascii").splitlines()
        kept = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):  # no such file; or no limit, which is called `max`
        return None
    return limit - used + kept
