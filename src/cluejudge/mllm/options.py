"""How a model is loaded and asked, as its user wishes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cluejudge.pairs import built
from cluejudge.settings import Frozen

NONE = "none"
"""As an encoder, detector or reasoning: the judge does without."""

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def _device(name: str) -> str:
    if not _DEVICE.fullmatch(name):
        raise PydanticCustomError("device", "a device is auto, cpu, mps, cuda or cuda:0")
    return name


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class MllmOptions(Frozen):
    """Options of a model by its hub id or folder.

    Code that comes with a model is never run, so there is no option for it.
    """

    device: Annotated[str, AfterValidator(_device)] = Field(
        default="auto", description="auto takes a GPU if there is one"
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="auto is the checkpoint's own where it is fast, else float32"
    )
    device_map: Literal["auto", "balanced", "balanced_low_0", "sequential"] | None = Field(
        default=None, description="how to spread the model over several devices; needs accelerate"
    )
    quantization: Literal["4bit", "8bit"] | None = Field(
        default=None, description="weights of so many bits; needs accelerate and bitsandbytes"
    )
    revision: Word | None = Field(
        default=None, description="branch, tag or commit of a model of the hub"
    )
    strategy: Literal["auto", "naive", "fork", "packed"] = "auto"
    encoder: Word = Field(
        default="openai/clip-vit-base-patch16", description="hub id or folder, or none"
    )
    detector: Word = Field(
        default="google/owlv2-base-patch16-ensemble", description="hub id or folder, or none"
    )
    reasoning: Literal["forced", "json", "none"] = Field(
        default="forced",
        description="forced reads the answer's token behind the reasoning; json is the paper's "
        "second step, a summary as JSON",
    )
    image_tokens: int | None = Field(
        default=None,
        ge=16,
        description="the most tokens a picture may take, for models that read pictures of any "
        "size; None is 1024 for them, and leaves others as they are",
    )
    max_batch_tokens: int | None = Field(
        default=None,
        ge=512,
        description="tokens of one pass of the model; less needs less memory; None goes by the "
        "free memory of a GPU, and is 8192 elsewhere",
    )
    cache: Path | None = Field(
        default=None, description="the folder where answers without a picture are kept"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.device_map and self.device != "auto":
            raise PydanticCustomError(
                "two_places",
                "device_map={map} and device={device} are two places for one model",
                {"map": self.device_map, "device": self.device, "hint": "keep one of them"},
            )
        return self


def parse_options(given: Mapping[str, str]) -> MllmOptions:
    """The options by their names, such as `{"dtype": "bfloat16"}`.

    The value `none` leaves open what may be left open. Raises `UsageError` for an unknown name,
    with the nearest known one, and for a bad value.
    """
    return built(MllmOptions, given, "option")
