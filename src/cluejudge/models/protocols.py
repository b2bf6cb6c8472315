"""What a model must offer. The judge sees nothing else of it.

Every method takes a batch and answers in its order. A method raises `ModelError` when it cannot
answer any of it; where it may answer a part, `Failed` or `Refused` stands in the place of the rest.
It never invents an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cluejudge.asks import (
    Account,
    Grade,
    Grades,
    Locate,
    Located,
    Reason,
    Reasoning,
    Score,
    Unanswered,
    YesNo,
)
from cluejudge.compiled import CompiledRule
from cluejudge.image import Picture
from cluejudge.settings import Method, Thresholds

Vectors = NDArray[np.float32]


@runtime_checkable
class Scorer(Protocol):
    """Answers `Score` asks by the probabilities of the next token: one forward pass, no text."""

    def score(self, asks: Sequence[Score]) -> Sequence[YesNo | Unanswered]:
        """Log-probabilities of Yes and No for each ask."""
        ...


@runtime_checkable
class Reasoner(Protocol):
    """Answers `Reason` asks by writing first."""

    def reason(self, asks: Sequence[Reason]) -> Sequence[Reasoning | Unanswered]:
        """A reasoning and its answer for each ask."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One chat request: text in, text out, with an optional image.

    `schema`, a JSON Schema as text, is what the text should keep to. A writer that can, holds its
    model to it; others pass over it, so what is read must be checked in any case.
    """

    prompt: str
    image: Picture | None = None
    max_tokens: int = 300
    schema: str = ""
    account: Account = field(default=0, compare=False)


@runtime_checkable
class Writer(Protocol):
    """Writes text; used by the compiler and by `CascadedReasoner`."""

    def write(self, asks: Sequence[Write]) -> Sequence[str | Unanswered]:
        """The model's text for each ask."""
        ...


@runtime_checkable
class Encoder(Protocol):
    """A dual encoder."""

    @property
    def threshold(self) -> float:
        """The cosine from which a text counts as relevant."""
        ...

    def embed_images(self, images: Sequence[Picture]) -> Vectors:
        """Unit vectors, float32 [images, dim]."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dim]."""
        ...


@runtime_checkable
class Detector(Protocol):
    """An open-vocabulary detector."""

    @property
    def threshold(self) -> float:
        """The confidence from which a box is worth using."""
        ...

    def locate(self, asks: Sequence[Locate]) -> list[list[Located]]:
        """Boxes in each asked image's own pixels, all words of an image in one pass."""
        ...


@runtime_checkable
class Recogniser(Protocol):
    """Tells images of a kind the models know from all others."""

    @property
    def threshold(self) -> float:
        """The familiarity from which an image is known."""
        ...

    def familiarity(self, images: Sequence[Picture]) -> list[float]:
        """A score for each image; at `threshold` and above it is known."""
        ...


@runtime_checkable
class Grader(Protocol):
    """Tells of whole rules by one look, without a question: a student of a judge."""

    def grade(self, asks: Sequence[Grade]) -> Sequence[Grades | Unanswered]:
        """Grades for each ask."""
        ...

    def vet(
        self, rules: Sequence[CompiledRule], thresholds: Thresholds, method: Method
    ) -> Sequence[str]:
        """What makes its verdicts on `rules` less sure than they look.

        `rules` have no parameters left. Of rules that it leaves open it warns.
        """
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """The models of one judge. Only a scorer is needed; what is absent switches its stage off.

    A `grader` looks first, and what it decides nobody else is asked about. Without `questions` the
    scorer answers none, and what the grader leaves open stays so.

    `card` names models, revisions and prompt digests for the record. `vet` raises `ModelError` for
    the first of some contents that the scorer could not be asked about, whatever the picture.
    `vet_texts` and `vet_words` do so for the encoder's texts and the detector's words, and say of
    those that can be asked about which are read only in part. `threshold_doubt` says why the
    encoder's own threshold may not fit; empty where it does. `doubts` are what else makes verdicts
    by these models less sure than they look.
    """

    name: str
    scorer: Scorer
    reasoner: Reasoner | None = None
    encoder: Encoder | None = None
    detector: Detector | None = None
    recogniser: Recogniser | None = None
    grader: Grader | None = None
    questions: bool = True
    card: tuple[tuple[str, str], ...] = ()
    vet: Callable[[Sequence[str]], None] | None = None
    vet_texts: Callable[[Sequence[str]], Sequence[str]] | None = None
    vet_words: Callable[[Sequence[str]], Sequence[str]] | None = None
    threshold_doubt: str = ""
    doubts: tuple[str, ...] = ()
