"""The questions a judgement puts to models, and the replies. Nothing here knows a model."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from cluejudge.errors import ModelError
from cluejudge.image import Box, Picture

Account = int
"""Whose time an ask takes: all asks of one judgement have the same; 0 is nobody's.

Equal asks of several judgements are put once, so it plays no part in whether asks are equal.
"""


@dataclass(frozen=True, slots=True)
class Score:
    """Is `content` visible in `image`? With `image=None` this is the language prior M(None, c)."""

    image: Picture | None
    content: str
    account: Account = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """Think about whether `content` is visible in `image`, then answer."""

    image: Picture
    content: str
    max_tokens: int = 300
    account: Account = field(default=0, compare=False)


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


@dataclass(frozen=True, slots=True)
class Grade:
    """How likely does `image` violate each of `rules`, in one look? Rules go by `rule_digest`."""

    image: Picture
    rules: tuple[str, ...]


Ask = Score | Reason | Locate | Relate | Recognise | Grade


@dataclass(frozen=True, slots=True)
class YesNo:
    """Natural logs of P(Yes) and P(No) of the next token.

    `unseen_yes` and `unseen_no` are the most probability, in [0, 1], that spellings of Yes and No
    may have beyond that: more than 0 where a server tells of the likeliest tokens only. Not
    `mass_told` are answers of servers that tell P(Yes) among Yes and No only: how much of the
    model's answer that is, is not known.
    """

    log_yes: float
    log_no: float
    unseen_yes: float = 0.0
    unseen_no: float = 0.0
    mass_told: bool = True

    @property
    def exact(self) -> bool:
        """Whether the probabilities are known, and not only bounds on them."""
        return self.unseen_yes == self.unseen_no == 0.0

    @property
    def p_yes(self) -> float:
        """P(Yes) / (P(Yes) + P(No)), in [0, 1]: M(x, c) of the paper; 0.5 where both are 0."""
        if self.log_yes == self.log_no:
            return 0.5
        gap = self.log_no - self.log_yes
        return 1.0 / (1.0 + math.exp(gap)) if gap < 700 else 0.0

    @property
    def p_range(self) -> tuple[float, float]:
        """The least and the most that `p_yes` can be; the same where the answer is exact."""
        if self.exact:
            return self.p_yes, self.p_yes
        yes, no = math.exp(self.log_yes), math.exp(self.log_no)
        least, most = yes + no + self.unseen_no, yes + self.unseen_yes + no
        return (yes / least if least else 0.0, 1.0 - no / most if most else 1.0)

    @property
    def label_mass(self) -> float:
        """P(Yes) + P(No), in [0, 1], as far as told: how far this was an answer at all."""
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
class Graded:
    """P(violated) of one rule: at `low` or under it is cleared, at `high` or over it violated.

    None is a bound that nothing reaches. Between the bounds nobody knows.
    """

    p: float
    low: float | None = None
    high: float | None = None

    @property
    def violated(self) -> bool | None:
        """What it comes to; None between the bounds."""
        if self.high is not None and self.p >= self.high:
            return True
        return False if self.low is not None and self.p <= self.low else None


@dataclass(frozen=True, slots=True)
class Grades:
    """One for each rule of `Grade.rules`, or why there is none.

    Over `bound` the `distance` of a picture from all that the grader has learnt of is too large for
    any of it to count.
    """

    rules: tuple[Graded | str, ...]
    distance: float
    bound: float

    @property
    def known(self) -> bool:
        """Whether the picture is like those the grader has learnt of."""
        return self.distance <= self.bound


@dataclass(frozen=True, slots=True)
class Failed:
    """A model failed on this ask; never read as an answer."""

    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A model declined to answer this ask; never read as an answer."""

    reason: str


Unanswered = Failed | Refused
"""What stands in the place of an answer to one of many asks."""

A = TypeVar("A")


def answered(replies: Iterable[A | Unanswered]) -> list[A]:
    """The answers, for those who need all of them. Raises `ModelError` if one is missing."""
    answers: list[A] = []
    for reply in replies:
        if isinstance(reply, Failed | Refused):
            raise ModelError(reply.reason, retryable=isinstance(reply, Failed) and reply.retryable)
        answers.append(reply)
    return answers


Reply = YesNo | Reasoning | Boxes | Relations | Recognition | Grades | Unanswered
