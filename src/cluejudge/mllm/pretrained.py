"""Encoders and detectors as they are published: a hub's model id or a folder, made ready to run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoProcessor

from cluejudge.errors import ModelError

_LONGEST = 300  # characters of another library's message that are passed on


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """A model in evaluation mode on its device, with what makes its inputs."""

    name: str
    config: Any
    model: Any
    processor: Any

    def placed(self, inputs: Any) -> dict[str, torch.Tensor]:
        """Named tensors on the model's device, those of real numbers in its dtype."""
        model = self.model
        return {
            name: value.to(model.device, model.dtype if value.is_floating_point() else None)
            for name, value in inputs.items()
        }


def read_config(spec: str, kinds: Collection[str], role: str) -> Any:
    """The configuration of the model that `spec` names, which must be of one of `kinds`.

    `role` says what it is wanted for, such as `an encoder`. Raises `ModelError`.
    """
    folder = Path(spec)
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise ModelError(
            f"the folder {spec} is no model: it has no config.json",
            hint="give the folder that a model was saved to, or a hub's model id",
        )
    if not folder.is_dir() and (spec.startswith((".", "/", "~")) or spec.count("/") != 1):
        raise ModelError(f"there is no folder {spec}, nor can it be the id of a model (ORG/NAME)")
    with _opening("configuration", spec):
        config = AutoConfig.from_pretrained(spec, trust_remote_code=False)
    if config.model_type not in kinds:
        raise ModelError(
            f"{spec} is a model of type {config.model_type!r}, which cannot be used as {role}",
            hint=f"use one of type {', '.join(sorted(kinds))}",
        )
    return config


def open_checkpoint(
    spec: str, config: Any, auto: Any, *, device: str | torch.device, dtype: str | torch.dtype
) -> Checkpoint:
    """The model and processor of `spec`; `auto` is the class of transformers that opens the model.

    Raises `ModelError` if one of them is absent or broken, or weights of the model are missing,
    which transformers would fill with random ones.
    """
    with _opening("processor", spec):
        processor = AutoProcessor.from_pretrained(spec, trust_remote_code=False)
    for part in ("image_processor", "tokenizer"):
        if not hasattr(processor, part):
            raise ModelError(f"{spec} has no {part.replace('_', ' ')}: its files are incomplete")
    with _opening("model", spec):
        model, told = auto.from_pretrained(
            spec, config=config, dtype=dtype, trust_remote_code=False, output_loading_info=True
        )
        model = model.to(device).eval()
    missing = sorted(told["missing_keys"])
    if missing:
        raise ModelError(
            f"the weights of {spec} are incomplete: {len(missing)} are missing, such as "
            f"{missing[0]}"
        )
    return Checkpoint(spec, config, model, processor)


@contextmanager
def running(name: str) -> Iterator[None]:
    """What torch and transformers raise while a model runs, as `ModelError`."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{name} ran out of memory", hint="try dtype=bfloat16, a smaller model or the CPU"
        ) from error
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise ModelError(f"{name} failed: {_brief(error)}") from error


@contextmanager
def _opening(what: str, spec: str) -> Iterator[None]:
    """Whatever transformers, its hub's client or a file's reader raises, as `ModelError`."""
    try:
        yield
    except Exception as error:
        raise ModelError(f"the {what} of {spec} cannot be opened: {_brief(error)}") from error


def _brief(error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."
