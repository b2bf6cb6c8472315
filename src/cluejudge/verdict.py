"""The evidence: what was found for each atom, rule and view of an image. Immutable, JSON both ways."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from cluejudge.settings import Budget, Frozen, Method, Thresholds


class Answer(StrEnum):
    """Whether an atom holds."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Stage(StrEnum):
    """What decided an atom, or stopped it from being decided."""

    PRIOR = "prior"
    REGION = "region"
    REASONING = "reasoning"
    NOT_NEEDED = "not_needed"
    LABEL_MASS = "label_mass"
    BUDGET = "budget"
    FAILED = "failed"
    UNDECIDED = "undecided"


class RuleOutcome(StrEnum):
    """What became of one rule."""

    IRRELEVANT = "irrelevant"
    CLEARED = "cleared"
    VIOLATED = "violated"
    UNSURE = "unsure"
    NOT_JUDGED = "not_judged"


class Outcome(StrEnum):
    """What became of one image."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    ABSTAIN = "abstain"
    ERROR = "error"


class EvidenceBox(Frozen):
    """A box in pixels of the judged picture, corners inclusive-exclusive, and its confidence."""

    left: int
    top: int
    right: int
    bottom: int
    score: float
    words: tuple[str, ...]


class AtomScores(Frozen):
    """Every number the decision on an atom used; None where a stage did not run.

    All probabilities are of Yes among Yes and No. `low` and `high` are the bounds a1 and a2 as
    they applied to `image - prior` (or to the log-odds, as `Method.debias` says).
    """

    image: float | None = None
    prior: float | None = None
    low: float | None = None
    high: float | None = None
    full_image: float | None = Field(default=None, description="M(x, c) where `image` is a crop's")
    without_region: float | None = None
    region_bound: float | None = None
    reasoning: float | None = None
    label_mass: float | None = None
    exact: bool = True


class AtomFinding(Frozen):
    """What was found for one atom, and why."""

    text: str
    negated: bool = False
    answer: Answer
    decided_by: Stage
    scores: AtomScores = AtomScores()
    box: EvidenceBox | None = None
    cropped: bool = False
    rationale: str = ""
    reason: str = ""


class RuleFinding(Frozen):
    """What was found for one rule: its chain with a finding for each atom."""

    rule_id: str
    text: str
    severity: str
    action: str
    outcome: RuleOutcome
    relevance: float | None = None
    relevance_bound: float | None = None
    groups: tuple[tuple[AtomFinding, ...], ...] = ()
    view: str = "whole"
    reason: str = ""


class ImageRecord(Frozen):
    """What is kept of an input: no pixels."""

    sha256: str
    phash: str = Field(description="64-bit perceptual hash, 16 hex digits")
    format: str
    bytes: int
    width: int
    height: int
    frames: int = 1
    notes: tuple[str, ...] = ()


class Cost(Frozen):
    """What a judgement cost."""

    asks: int = 0
    reasonings: int = 0
    reasoning_tokens: int = 0


class ViewVerdict(Frozen):
    """One picture of an input: a frame, or the input on one background."""

    view: str
    outcome: Outcome
    rules: tuple[RuleFinding, ...] = ()
    reason: str = ""
    familiarity: float | None = None
    familiarity_bound: float | None = None
    cost: Cost = Cost()


class Verdict(Frozen):
    """The decision on one input, with all of its evidence.

    `rules` holds the most serious finding for each rule over all views, in the constitution's
    order; `views` everything.
    """

    image: str = Field(description="the name the input was given")
    outcome: Outcome
    violated: tuple[str, ...] = ()
    action: str = ""
    rules: tuple[RuleFinding, ...] = ()
    views: tuple[ViewVerdict, ...] = ()
    reason: str = Field(default="", description="why it abstained or failed")
    code: str = Field(default="", description="short stable name of the failure")
    record: ImageRecord | None = None
    constitution: str = Field(default="", description="name and version")
    constitution_digest: str = ""
    models: dict[str, str] = {}
    thresholds: Thresholds = Thresholds()
    method: Method = Method()
    budget: Budget = Budget()
    cost: Cost = Cost()
