"""What can be told of a model before its weights are read."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import torch

from cluejudge.mllm.opening.loading import make_plan
from cluejudge.mllm.opening.memory import in_words
from cluejudge.mllm.options import parse_options
from cluejudge.models.registry import Fact


def facts(spec: str, options: Mapping[str, str]) -> tuple[Fact, ...]:
    """The hardware that the model `spec` would run on, and its memory.

    Raises `ModelError` and `UsageError` as the loading of it would.
    """
    plan = make_plan(spec, parse_options(options))
    memory = f"about {_told(plan.needed)} needed, {_told(plan.free)} free in {plan.place}"
    return (Fact("hardware", _hardware(plan.device)), Fact("memory", memory, plan.fits))


def _told(size: int | None) -> str:
    return "an unknown amount" if size is None else in_words(size)


def _hardware(device: torch.device) -> str:
    if device.type == "cuda":
        return f"{device}: {torch.cuda.get_device_name(device)}, torch {torch.__version__}"
    threads = "1 thread" if torch.get_num_threads() == 1 else f"{torch.get_num_threads()} threads"
    return f"{device}: {platform.machine()}, {threads}, torch {torch.__version__}"
