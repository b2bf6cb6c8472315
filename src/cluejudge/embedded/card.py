"""What the embedded models are: names, thresholds, prompts and digests, as `card.json` says it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, JsonValue, ValidationError

from cluejudge.errors import ModelError
from cluejudge.settings import Frozen

CARD = "card.json"
VISION, TEXT, DECODER = "vision.onnx", "text.onnx", "decoder.onnx"
WORDS, TOKENIZER = "words.npy", "tokenizer.json"
RUN = (VISION, TEXT, DECODER, WORDS, TOKENIZER)
"""The files that the runtime reads, besides the card."""


class Bounds(Frozen):
    """From which score on: a text is relevant (cosine), a box is confident, a picture is known."""

    relevance: float = Field(ge=-1, le=1)
    detector: float = Field(ge=0, le=1)
    known: float = Field(ge=0, le=1)


class PromptTexts(Frozen):
    """The words around a content, as in training, and what a reasoning's answer stands behind."""

    instruction: str
    explain: str
    verdict: str


class LabelTokens(Frozen):
    """The tokens that mean Yes and those that mean No: their texts and ids."""

    yes: dict[str, int]
    no: dict[str, int]


class Card(Frozen):
    """The card. `files` maps each file of the folder, with `/`, to its sha256 in hex."""

    name: str
    version: str
    thresholds: Bounds
    prompt: PromptTexts
    labels: LabelTokens
    image_tokens: int = Field(ge=1)
    text_tokens: int = Field(ge=1, description="tokens of a text that relevance is measured on")
    content_tokens: int = Field(ge=1, description="the longest content that can be asked about")
    reasoning_tokens: int = Field(ge=1, description="the longest reasoning")
    words: tuple[str, ...] = Field(description="those that were learnt, in small letters")
    word_scale: float = Field(description="log of what the cosine of a cell and a word is times")
    word_bias: float
    files: dict[str, str]
    training: dict[str, JsonValue] = Field(default_factory=dict)
    measured: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One sha256 (hex) for all that decides what the models answer."""
        facts = self.model_dump_json(exclude={"training", "measured", "files"})
        files = "".join(self.files[name] for name in RUN)
        return hashlib.sha256(f"{facts}{files}".encode()).hexdigest()


def read_card(folder: Path) -> Card:
    """The card of `folder`, after its files have been found to be the ones that it names.

    Raises `ModelError` if the card or a file is missing, or is not what it should be.
    """
    try:
        card = Card.model_validate_json((folder / CARD).read_bytes())
    except OSError as error:
        raise _unusable(folder, f"{CARD}: {error.strerror}") from error
    except ValidationError as error:
        raise _unusable(folder, f"{CARD}: {error.errors()[0]['msg']}") from error
    _verify(folder, card.files)
    return card


def _verify(folder: Path, files: Mapping[str, str]) -> None:
    for name in RUN:
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise _unusable(folder, f"{name}: {error.strerror}") from error
        if found != files.get(name):
            raise _unusable(folder, f"{name} is not the file that {CARD} names")


def _unusable(folder: Path, problem: str) -> ModelError:
    return ModelError(
        f"the embedded models in {folder} cannot be used: {problem}",
        hint="install cluejudge again, or write the folder with python -m training.export",
    )
