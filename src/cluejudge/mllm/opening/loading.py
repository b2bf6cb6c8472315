"""A model by its hub id or folder, made ready to be asked; all that may be wrong is told first."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, PreTrainedConfig, PreTrainedModel

from cluejudge.errors import ModelError
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.cpu import suit
from cluejudge.mllm.failures import brief, lacks_room
from cluejudge.mllm.opening.architecture import read_config
from cluejudge.mllm.opening.hub import hub_error
from cluejudge.mllm.opening.memory import free_bytes, in_words, needed_bytes
from cluejudge.mllm.opening.placement import device_of, dtype_of, loading_arguments
from cluejudge.mllm.opening.processor import load_processor
from cluejudge.mllm.opening.progress import bars_for_watchers
from cluejudge.mllm.opening.source import Source, find_source
from cluejudge.mllm.options import MllmOptions

_SMALLER = "use a smaller model, dtype=bfloat16, quantization=4bit or device_map=auto"
_HERE = "this machine"


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """How a model will be loaded; nothing of its weights has been read.

    `needed` and `free` are bytes, None where they cannot be told; `place` is where they are free.
    `how` is what transformers is told of placing and quantizing the weights.
    """

    source: Source
    config: PreTrainedConfig
    device: torch.device
    dtype: torch.dtype
    how: dict[str, Any]
    needed: int | None
    place: str
    free: int | None

    @property
    def fits(self) -> bool:
        """Whether nothing says that the memory is too small."""
        return self.needed is None or self.free is None or self.needed <= self.free


def make_plan(spec: str, options: MllmOptions) -> Plan:
    """What the model `spec`, a folder or ORG/NAME of the hub, is, and what it needs.

    Raises `ModelError` for a model that cannot be asked about pictures, and for a device or a
    library that is not there.
    """
    device = device_of(options)
    how = loading_arguments(options, device)
    with bars_for_watchers():
        source = find_source(spec, options.revision)
        config = read_config(source)
    dtype = dtype_of(options, config, device)
    needed = needed_bytes(config, dtype, options.quantization)
    place, free = ("all devices", None) if options.device_map else _tightest(device, how)
    return Plan(source, config, device, dtype, how, needed, place, free)


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """A model of which all that can be checked without its weights has been."""

    plan: Plan
    processor: Any


def prepare(spec: str, options: MllmOptions) -> Prepared:
    """The model `spec`, a folder or ORG/NAME of the hub, but for its weights.

    Raises `ModelError` as `make_plan` does; for a processor that is absent, broken or without a
    chat template; and for too little memory. `UsageError` for an option that the model has no use
    for.
    """
    plan = make_plan(spec, options)
    with bars_for_watchers():
        processor = load_processor(plan.source, plan.config, options.image_tokens)
    if not plan.fits:
        raise _too_large(plan)
    return Prepared(plan, processor)


def load_prepared(prepared: Prepared) -> Backbone:
    """The model with its weights, in evaluation mode and without gradients.

    Raises `ModelError` for weights that are absent, broken or not all there.
    """
    with bars_for_watchers():
        model = _weights(prepared.plan)
    model.requires_grad_(False)
    suit(model)
    source, processor = prepared.plan.source, prepared.processor
    return Backbone(model.eval(), processor, processor.tokenizer, source.name, source.revision)


def load_backbone(spec: str, options: MllmOptions) -> Backbone:
    """The model `spec`, a folder or ORG/NAME of the hub, in evaluation mode and without gradients.

    Raises as `prepare` and `load_prepared` do. Code that comes with a model is never run.
    """
    return load_prepared(prepare(spec, options))


def _tightest(device: torch.device, how: dict[str, Any]) -> tuple[str, int | None]:
    """The memory that a model must fit into, where there is least of it, and how much is free."""
    if device.type != "cuda":
        return _HERE, free_bytes(device)
    free = [(str(device), free_bytes(device))]
    if not how:  # the weights pass through the memory of this machine
        free.append((_HERE, free_bytes(torch.device("cpu"))))
    told = [(place, size) for place, size in free if size is not None]
    return min(told, key=lambda one: one[1], default=(str(device), None))


def _weights(plan: Plan) -> PreTrainedModel:
    """The model with its weights, on its device."""
    source = plan.source
    try:
        model, report = AutoModelForImageTextToText.from_pretrained(
            source.place,
            config=plan.config,
            revision=source.commit,
            dtype=plan.dtype,
            trust_remote_code=False,
            output_loading_info=True,
            **plan.how,
        )
        if not plan.how:
            model.to(plan.device)
    except Exception as error:  # weights of many formats, each read by a library of its own
        raise _failed(plan, error) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            f"{source.name} lacks {len(missing)} of its weights, such as {missing[0]}: random ones "
            "would stand in their place",
            hint="get all files of the model, or one that is made for what its config.json says",
        )
    return model


def _failed(plan: Plan, error: Exception) -> ModelError:
    name = plan.source.name
    if lacks_room(error):
        return ModelError(
            f"{name} does not fit into the memory of {plan.device}: {brief(error)}", hint=_SMALLER
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return ModelError(
            f"there is no room on the disk for {name}", hint="make some, or set HF_HOME"
        )
    if isinstance(error, OSError) and plan.source.commit:
        return hub_error(name, plan.source.commit, error)
    return ModelError(
        f"the weights of {name} cannot be loaded: {brief(error)}",
        hint="get them again; a download may have been cut off",
    )


def _too_large(plan: Plan) -> ModelError:
    assert plan.needed is not None
    assert plan.free is not None
    through = plan.place == _HERE and plan.device.type == "cuda"
    precision = str(plan.dtype).removeprefix("torch.")
    return ModelError(
        f"{plan.source.name} needs about {in_words(plan.needed)} in {precision}, and {plan.place} "
        f"has {in_words(plan.free)} free",
        hint=f"install accelerate to load it straight to the GPU, or {_SMALLER}"
        if through
        else _SMALLER,
    )
