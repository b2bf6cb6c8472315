"""What a method said of one image, with the numbers that metrics need: one line of JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from cluejudge.settings import Frozen
from cluejudge.verdict import Answer, EvidenceBox, Outcome, RuleOutcome, Stage

Number = Annotated[float, AfterValidator(lambda value: float(f"{value:.6g}"))]
"""Rounded to six digits where it is made, so that what is read again is what was written."""


class RuleRow(Frozen):
    """What became of one rule, on the view of the image that decided it.

    `relevance` is a cosine, None where none was measured.
    """

    rule: str
    outcome: RuleOutcome
    relevance: Number | None = None
    relevance_bound: Number | None = None
    view: str = "whole"


class AtomRow(Frozen):
    """What was found for one atom; the numbers are those of `verdict.AtomScores`.

    `answer` is whether the atom *holds*, and `visible` whether its content is visible: the reverse
    where the atom is negated. `group` counts the groups of the rule's chain from 0. `box` is where
    the content was looked for, in pixels of the rule's view.
    """

    rule: str
    group: int = Field(ge=0)
    text: str = Field(description="the content, as in `Truth.atoms`")
    negated: bool = False
    answer: Answer
    stage: Stage
    image: Number | None = None
    prior: Number | None = None
    debiased: Number | None = None
    low: Number | None = None
    high: Number | None = None
    without_region: Number | None = None
    reasoning: Number | None = None
    label_mass: Number | None = None
    box: EvidenceBox | None = None

    @property
    def visible(self) -> bool | None:
        """Whether the content is visible; None where that was left open."""
        if self.answer is Answer.UNSURE:
            return None
        return (self.answer is Answer.YES) != self.negated


class CostRow(Frozen):
    """What one image cost, as if no other method had asked before.

    `asks` are the distinct questions of all kinds, `passes` those of them that look at the
    picture: one without it is asked once for all pictures. `reasonings` are among both. `seconds`
    are of the clock that runs on while what is remembered would have been answered anew; images
    that were under way together share them, so only sums and means of them say something.
    """

    asks: int = Field(default=0, ge=0)
    passes: int = Field(default=0, ge=0)
    reasonings: int = Field(default=0, ge=0)
    reasoning_tokens: int = Field(default=0, ge=0)
    seconds: Number = Field(default=0.0, ge=0)


class Prediction(Frozen):
    """What one method said of one sample.

    `violated` is None for a method that names no rules, `()` for one that names them and found
    none. `score` grows with how unsafe the image looks; 0 to 1, and a probability only where the
    method says so; None where there is none. What could not be judged is `abstain` or `error`.
    """

    id: str
    outcome: Outcome
    violated: tuple[str, ...] | None = None
    score: Number | None = Field(default=None, ge=0, le=1)
    rules: tuple[RuleRow, ...] = ()
    atoms: tuple[AtomRow, ...] = ()
    cost: CostRow = CostRow()
    reason: str = Field(default="", description="why it abstained or failed")
    evidence: str = Field(default="", description="what it went by, in words, for people")

    @property
    def flagged(self) -> bool:
        """Whether the method calls the image unsafe: what is left open does not."""
        return self.outcome is Outcome.UNSAFE

    @property
    def settled(self) -> bool:
        """Whether the method came to a decision."""
        return self.outcome in {Outcome.SAFE, Outcome.UNSAFE}

    def to_line(self) -> str:
        """One line of JSON, with its end; fields at their default are left out."""
        return self.model_dump_json(exclude_defaults=True) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Prediction:
        """Reads what `to_line` wrote. Raises pydantic's `ValidationError`, a `ValueError`."""
        return cls.model_validate_json(line)
