"""What a batch is: everything its rows depend on, and apart from it how fast it goes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from cluejudge.compiled import CompiledConstitution
from cluejudge.settings import Budget, Frozen, Limits, Method, Sampling, Thresholds


class InputFormat(StrEnum):
    """How a collection is kept. `auto` tells by its name and by what is there."""

    AUTO = "auto"
    FOLDER = "folder"
    FILES = "files"
    LIST = "list"
    PARQUET = "parquet"
    HUGGINGFACE = "huggingface"
    WEBDATASET = "webdataset"


class InputSpec(Frozen):
    """A collection as its user names it: a path, a glob or a URL, and what its columns mean."""

    where: str
    format: InputFormat = InputFormat.AUTO
    image: str = Field(default="", description="column of the images; empty: found by its content")
    id: str = Field(default="", description="column of the ids; empty: made of where a row is")
    carry: tuple[str, ...] = Field(
        default=(), description="columns for the output, NAME or OUTPUT_NAME=NAME; * is all"
    )
    storage: dict[str, str] = Field(
        default_factory=dict, description="options of fsspec; never recorded"
    )


class Plan(Frozen):
    """All that the rows of a batch depend on, and where they go."""

    input: InputSpec
    output: Path
    constitution: CompiledConstitution
    model: str = "embedded"
    options: dict[str, str] = Field(default_factory=dict)
    first: str = Field(default="", description="a student that passes on what it is unsure of")
    thresholds: Thresholds = Thresholds()
    method: Method = Method()
    budget: Budget = Budget()
    limits: Limits = Limits()
    sampling: Sampling = Sampling()
    shards: int | None = Field(default=None, ge=1, description="None: by the number of images")


class Pace(Frozen):
    """What no row depends on."""

    workers: int = Field(default=2, ge=1, description="processes that read and decode")
    in_flight: int = Field(default=16, ge=1, description="images judged at a time")
    ahead: int = Field(default=32, ge=1, description="images decoded and not judged yet, at most")
    retries: int = Field(default=2, ge=0, description="more tries of an image a model failed on")
    max_error_rate: float = Field(default=1.0, ge=0, le=1, description="above it the run stops")
    retry_errors: bool = Field(default=False, description="judge rows anew that are errors")
    contact: int = Field(default=400, ge=0, description="images on the contact sheet, at most")
