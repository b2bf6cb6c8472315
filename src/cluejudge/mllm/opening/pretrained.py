"""Encoders and detectors as they are published: a hub's model id or a folder, made ready to run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import AutoConfig, AutoProcessor

from cluejudge.errors import CluejudgeError, CluejudgeWarning, ModelError
from cluejudge.image import Picture
from cluejudge.mllm.failures import brief, failure
from cluejudge.mllm.opening.hub import hub_error
from cluejudge.mllm.opening.progress import bars_for_watchers
from cluejudge.mllm.opening.source import Source, find_source

PROBE = "a person"
"""What a model is tried with, besides a picture: any of them has learnt of it."""

_WHOLE = "get all files of the model"


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """A model in evaluation mode on its device, with what makes its inputs.

    `name` is as the user gave it, `revision` the hub's commit or a digest of the folder.
    """

    name: str
    revision: str
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


def find_kind(spec: str, kinds: Collection[str], role: str) -> Source:
    """The model that `spec` names, which must be of a type in `kinds`; no weights are read.

    `role` says what it is wanted for, such as `an encoder`. Raises `ModelError` for what is no
    model, cannot be reached, or is of another type.
    """
    with bars_for_watchers():
        source = find_source(spec)
    kind = source.config["model_type"]
    if kind not in kinds:
        raise ModelError(
            f"{spec} is a model of type {kind!r}, which cannot be used as {role}",
            hint=f"use one of type {', '.join(sorted(kinds))}",
        )
    return source


def open_checkpoint(
    source: Source, auto: Any, *, device: str | torch.device, dtype: str | torch.dtype
) -> Checkpoint:
    """The model of `source` and its processor; `auto` is the class that opens the model.

    Raises `ModelError` if one of them is absent or broken, or weights of the model are missing,
    which transformers would fill with random ones. Code that comes with a model is never run.
    """
    place = {"revision": source.commit, "trust_remote_code": False}
    with bars_for_watchers():
        with _opening("configuration", source):
            config = AutoConfig.from_pretrained(source.place, **place)
        with _opening("processor", source):
            processor = AutoProcessor.from_pretrained(source.place, **place)
        _check_processor(processor, config, source.name)
        with _opening("model", source):
            model, told = auto.from_pretrained(
                source.place, config=config, dtype=dtype, output_loading_info=True, **place
            )
            model = model.to(device).eval()
    missing = sorted(told["missing_keys"])
    if missing:
        raise ModelError(
            f"{source.name} lacks {len(missing)} of its weights, such as {missing[0]}: random ones "
            "would stand in their place",
            hint=_WHOLE,
        )
    return Checkpoint(source.name, source.revision, config, model, processor)


def _check_processor(processor: Any, config: Any, name: str) -> None:
    for part in ("image_processor", "tokenizer"):
        if getattr(processor, part, None) is None:
            raise ModelError(f"{name} has no {part.replace('_', ' ')}", hint=_WHOLE)
    known, learnt = len(processor.tokenizer), config.text_config.vocab_size
    if known < learnt / 2:
        # Where its files are absent, transformers makes up a tokenizer of a few special tokens.
        raise ModelError(
            f"the tokenizer of {name} has {known} of the model's {learnt} tokens", hint=_WHOLE
        )


def probe_picture() -> Picture:
    """A grey picture with a darker part, to try a model with: wider than high, as most are."""
    pixels = np.full((64, 96, 3), 200, np.uint8)
    pixels[16:48, 32:64] = 90
    return Picture(pixels)


@contextmanager
def running(name: str) -> Iterator[None]:
    """Whatever a model or its processor raises while it runs, as `ModelError`."""
    try:
        yield
    except (CluejudgeError, CluejudgeWarning):
        raise
    except Exception as error:  # models and processors of many makes, each with ways of its own
        raise failure(name, error, smaller="use a smaller one, or device=cpu") from error


@contextmanager
def _opening(what: str, source: Source) -> Iterator[None]:
    """Whatever transformers, its hub's client or a file's reader raises, as `ModelError`."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and source.commit:
            raise hub_error(source.name, source.commit, error) from error
        raise ModelError(f"the {what} of {source.name} cannot be opened: {brief(error)}") from error
