"""What a student is: its rules, what it knows of each, and how far it may be trusted."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from cluejudge.settings import Frozen, Method, Thresholds

FORMAT: Literal[2] = 2


class Origin(Frozen):
    """The verdicts that a student is made of: whose they were, by what, and how many."""

    constitution: str = Field(description="name and version")
    constitution_digest: str
    models: dict[str, str] = Field(description="the judge's card")
    thresholds: Thresholds
    method: Method
    pictures: int = Field(ge=0)


class HeadKind(StrEnum):
    """What a student knows of a rule.

    `trained`: how likely a picture violates it. `rare`: only how rarely any picture does. `none`:
    nothing, and it is always unsure.
    """

    TRAINED = "trained"
    RARE = "rare"
    NONE = "none"


class Head(Frozen):
    """One rule as a student knows it.

    `rule` is its `rule_digest`. P(violated) at `low` or under it clears the rule, at `high` or over
    it is a violation; None is never. A trained head is row `row` of the weights; a rare one says
    `rate` of every picture, the most that the share of violations may be.
    """

    rule_id: str
    rule: str
    kind: HeadKind
    labelled: int = Field(ge=0, description="pictures on which the judge decided the rule")
    violated: int = Field(ge=0, description="those of them that violate it")
    low: float | None = None
    high: float | None = None
    row: int | None = Field(default=None, ge=0)
    rate: float | None = Field(default=None, ge=0, le=1)
    reason: str = Field(default="", description="why it knows nothing, or never says one thing")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Refuses a head that says what it does not know."""
        told = {HeadKind.TRAINED: self.row, HeadKind.RARE: self.rate}
        if any((kind is self.kind) != (value is not None) for kind, value in told.items()):
            raise ValueError(f"a {self.kind} head has a row if trained, and a rate if rare")
        if self.kind is HeadKind.NONE and (self.low, self.high) != (None, None):
            raise ValueError("a head that knows nothing has no bounds")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"nothing lies between {self.low} and {self.high}")
        return self


class StudentCard(Frozen):
    """All of a student but its numbers, which are in the file whose sha256 is `weights`."""

    format: Literal[2] = FORMAT
    made_by: str = Field(description="version of this package")
    origin: Origin
    encoder: str = Field(description="as `load_encoder` takes it")
    encoder_card: dict[str, str] = Field(default_factory=dict)
    dimensions: int = Field(ge=1)
    distance: float = Field(ge=0, description="from the nearest known picture: beyond, unlike all")
    risk: float = Field(gt=0, lt=1, description="of what it clears, the most that may be wrong")
    alarm_risk: float = Field(gt=0, lt=1, description="of what it calls violated, the most")
    missed: float = Field(gt=0, lt=1, description="the most of a rule's violations it may clear")
    confidence: float = Field(gt=0, lt=1, description="with which the risk holds")
    heads: tuple[Head, ...]
    weights: str = Field(description="sha256, hex")
