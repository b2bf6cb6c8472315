"""The questions a judgement puts to models, and the replies. Nothing here knows a model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cluejudge.image import Box, Picture


@dataclass(frozen=True, slots=True)
class Score:
    """Is `content` visible in `image`? With `image=None` this is the language prior M(None, c)."""

    image: Picture | None
    content: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Think about whether `content` is visible in `image`, then answer."""

    image: Picture
    content: str
    max_tokens: int = 300


@dataclass(frozen=True, slots=True)
class Locate:
    """Where are the objects named by `words` (all the words of an image in one ask)?"""

    image: Picture
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relate:
    """How close is `image` to each of `texts` (cosine)?"""

    image: Picture
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognise:
    """Is `image` of a kind that the models know at all?"""

    image: Picture


Ask = Score | Reason | Locate | Relate | Recognise


@dataclass(frozen=True, slots=True)
class YesNo:
    """Natural logs of P(Yes) and P(No) of the next token.

    `exact` is False where a server gave only a bound for one of them.
    """

    log_yes: float
    log_no: float
    exact: bool = True

    @property
    def p_yes(self) -> float:
        """P(Yes) / (P(Yes) + P(No)), in [0, 1]: M(x, c) of the paper; 0.5 where both are 0."""
        if self.log_yes == self.log_no:
            return 0.5
        gap = self.log_no - self.log_yes
        return 1.0 / (1.0 + math.exp(gap)) if gap < 700 else 0.0

    @property
    def label_mass(self) -> float:
        """P(Yes) + P(No), in [0, 1]: how far this was an answer at all."""
        return min(1.0, math.exp(self.log_yes) + math.exp(self.log_no))


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A written reasoning; `answer` is None when it could not be read as Yes or No."""

    text: str
    answer: bool | None
    p_yes: float | None
    tokens: int


@dataclass(frozen=True, slots=True)
class Located:
    """A box in the asked image's own pixels, the word it was found for, and its confidence."""

    box: Box
    word: str
    score: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """Everything found for one `Locate`; `threshold` is the detector's own default."""

    found: tuple[Located, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class Relations:
    """Cosines in the order of `Relate.texts`; `threshold` is the encoder's own default."""

    cosines: tuple[float, ...]
    threshold: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """How familiar an image is, and the score from which on the models can be trusted."""

    score: float
    threshold: float

    @property
    def known(self) -> bool:
        """Whether the image is of a kind the models know."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True)
class Failed:
    """A model failed on this ask; never read as an answer."""

    reason: str
    retryable: bool = False


Reply = YesNo | Reasoning | Boxes | Relations | Recognition | Failed
