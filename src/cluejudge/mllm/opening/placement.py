"""On which device a model runs, and in which precision."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch
from transformers import PreTrainedConfig

from cluejudge.errors import ModelError
from cluejudge.mllm.cpu.capabilities import multiplies_bfloat16
from cluejudge.mllm.options import MllmOptions

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def device_of(options: MllmOptions) -> torch.device:
    """The device that is asked for; `auto` is the first GPU if there is one, else the CPU.

    Raises `ModelError` for a device that is not there.
    """
    wanted = options.device
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu"
    device = torch.device(wanted)
    if device.type == "cuda":
        return _cuda(device)
    if device.type == "mps" and not _has_mps():
        raise ModelError("there is no Apple GPU here", hint="leave the option device out")
    return device


def dtype_of(options: MllmOptions, config: PreTrainedConfig, device: torch.device) -> torch.dtype:
    """The precision that is asked for; `auto` is the checkpoint's own where it is fast.

    On the CPU that is bfloat16 where the processor multiplies it, else float32. A GPU without
    bfloat16 gets float16 instead.
    """
    if options.dtype != "auto":
        return _DTYPES[options.dtype]
    own = _told(config) or _told(config.get_text_config(decoder=True))
    if device.type == "cpu":
        fast = own == torch.bfloat16 and multiplies_bfloat16()
        return torch.bfloat16 if fast else torch.float32
    own = own or torch.bfloat16
    if own == torch.bfloat16 and device.type == "cuda" and not _has_bfloat16(device):
        return torch.float16
    return own


def loading_arguments(options: MllmOptions, device: torch.device) -> dict[str, Any]:
    """How transformers is told to place and to quantize the weights as it reads them.

    Raises `ModelError` if a library that this needs is not installed.
    """
    if options.quantization:
        _require("accelerate", "bitsandbytes", why=f"quantization={options.quantization}")
        from transformers import BitsAndBytesConfig

        bits = {f"load_in_{options.quantization}": True}
        place = options.device_map or {"": device}
        return {"device_map": place, "quantization_config": BitsAndBytesConfig(**bits)}
    if options.device_map:
        _require("accelerate", why=f"device_map={options.device_map}")
        return {"device_map": options.device_map}
    if device.type != "cpu" and find_spec("accelerate"):
        return {"device_map": {"": device}}  # straight to the GPU, without a copy in memory
    return {}


def _cuda(device: torch.device) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        raise ModelError(
            f"there is no CUDA device that torch {torch.__version__} can use",
            hint="install a build of torch for CUDA, or leave the option device out",
        )
    if (device.index or 0) >= count:
        raise ModelError(f"there is no {device}: the last device is cuda:{count - 1}")
    return torch.device("cuda", device.index or 0)


def _has_mps() -> bool:
    return bool(torch.backends.mps.is_available())


def _has_bfloat16(device: torch.device) -> bool:
    """Whether a GPU computes in bfloat16 itself: those of compute capability 8 and above."""
    major, _ = torch.cuda.get_device_capability(device)
    return bool(major >= 8)


def _told(config: PreTrainedConfig) -> torch.dtype | None:
    """The precision that a configuration names."""
    told = getattr(config, "dtype", None)
    return getattr(torch, told, None) if isinstance(told, str) else told


def _require(*libraries: str, why: str) -> None:
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"option {why} needs {' and '.join(missing)}",
            hint=f"pip install {' '.join(libraries)}",
        )
