"""How a server is asked, as its user wishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cluejudge.pairs import built
from cluejudge.settings import Frozen

NONE = "none"
"""As an encoder or detector: the judge does without."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ServerOptions(Frozen):
    """Options of a model behind a server."""

    concurrency: int = Field(default=8, ge=1, le=1024, description="requests under way at a time")
    timeout: float = Field(default=60.0, gt=0, description="seconds that one request may take")
    deadline: float = Field(
        default=120.0,
        gt=0,
        description="seconds that the server may take for one image, over all stages and with all "
        "retries; while only the questions of others are under way they do not count. A text of "
        "the compiler, and a prior, has them for itself",
    )
    retries: int = Field(default=4, ge=0, le=100, description="how often a request is repeated")
    first_question_first: bool = Field(
        default=True,
        description="the other questions about a picture wait for the answer to its first, so "
        "that the server reads the picture once",
    )
    batch: int | None = Field(
        default=None,
        ge=1,
        description="questions of one request to systemone and decisions; None is as many as the "
        "server takes",
    )
    top_logprobs: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="the likeliest tokens that a chat is asked for; None is 20, or what it takes",
    )
    image_format: Literal["png", "jpeg"] = Field(default="png", description="png loses nothing")
    jpeg_quality: int = Field(default=95, ge=1, le=100)
    max_side: int | None = Field(
        default=None,
        ge=32,
        description="the longest side in pixels of the pictures that are sent; None leaves them",
    )
    words: Literal["full", "bare"] = Field(
        default="full",
        description="bare leaves the instruction out, for a model whose own template has it",
    )
    reasoning: Literal["json", "none"] = Field(
        default="json", description="json: a text, and then its summary as JSON"
    )
    encoder: Word = Field(
        default=NONE,
        description="hub id or folder of a CLIP or SigLIP in this process; none asks every rule",
    )
    detector: Word = Field(
        default=NONE, description="hub id or folder of an OWL or Grounding DINO in this process"
    )
    device: Word = Field(default="cpu", description="where the encoder and the detector are")


def parse_options(given: Mapping[str, str]) -> ServerOptions:
    """The options by their names, such as `{"concurrency": "16"}`.

    The value `none` leaves open what may be left open. Raises `UsageError` for an unknown name,
    with the nearest known one, and for a bad value.
    """
    return built(ServerOptions, given, "option")
