"""The evidence: what was found for each atom, rule and view. Immutable, JSON both ways."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from cluejudge.constitution import Severity
from cluejudge.image import ImageRecord, Span
from cluejudge.settings import Budget, Frozen, Method, Thresholds


def storable(text: str) -> str:
    """`text` with halves of characters spelled out: file names may hold some, JSON cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


class Answer(StrEnum):
    """Whether an atom holds."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Stage(StrEnum):
    """What decided an atom, or stopped it from being decided.

    Decided by the debiased token score (`prior`), by the centre-removed score (`region`), by
    `reasoning`, or by `Method.undecided` (`default`). Left open because its group or its rule was
    settled without it (`not_needed`), because the model did not answer Yes or No (`label_mass`),
    because the `budget` was spent, because a model `failed` or `refused` to answer, or because
    nothing that ran could decide (`undecided`).
    """

    PRIOR = "prior"
    REGION = "region"
    REASONING = "reasoning"
    NOT_NEEDED = "not_needed"
    DEFAULT = "default"
    LABEL_MASS = "label_mass"
    BUDGET = "budget"
    FAILED = "failed"
    REFUSED = "refused"
    UNDECIDED = "undecided"


class Cause(StrEnum):
    """Why something was not decided: the gravest cause first."""

    MODEL_FAILED = "model_failed"
    UNKNOWN_IMAGE = "unknown_image"
    BUDGET = "budget"
    REFUSED = "refused"
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
    """A box in pixels of the judged picture, corners inclusive-exclusive.

    `score` is the confidence of the surest of the boxes it unites, `bound` the confidence each of
    them had to reach, `words` what they were found for.
    """

    left: int
    top: int
    right: int
    bottom: int
    score: float
    bound: float = 0.0
    words: tuple[str, ...]


class AtomScores(Frozen):
    """Every number the decision on an atom used; None where a stage did not run.

    All probabilities are of Yes among Yes and No. `debiased` is what `Method.debias` makes of
    `image` and `prior`; under `low` (a1) the content is not visible, over `high` (a2) it is.
    """

    image: float | None = Field(default=None, description="M(x, c), of the crop where `cropped`")
    prior: float | None = Field(default=None, description="M(None, c)")
    debiased: float | None = None
    low: float | None = None
    high: float | None = None
    full_image: float | None = Field(default=None, description="M(x, c) where `image` is a crop's")
    without_region: float | None = Field(default=None, description="M(x - i, c)")
    region_bound: float | None = Field(default=None, description="b")
    reasoning: float | None = Field(default=None, description="P(Yes) after the reasoning")
    label_mass: float | None = Field(
        default=None, description="the least of the token answers', where it is told"
    )
    exact: bool = Field(
        default=True, description="False if of any token answer only bounds are known"
    )


class AtomFinding(Frozen):
    """What was found for one atom, and why.

    `answer` is whether the atom holds: for a negated atom, whether its content is *not* visible.
    `reason` says why it was left open, `rationale` is what the reasoning wrote.
    """

    text: str
    negated: bool = False
    answer: Answer
    decided_by: Stage
    scores: AtomScores = AtomScores()
    box: EvidenceBox | None = None
    cropped: bool = False
    rationale: str = ""
    reason: str = ""


class StudentFinding(Frozen):
    """What a student said of one rule: P(violated), and the bounds that this has to reach.

    At `low` or under it the rule is cleared, at `high` or over it violated; None is never.
    """

    p: float = Field(ge=0, le=1)
    low: float | None = None
    high: float | None = None


class RuleFinding(Frozen):
    """What was found for one rule: its chain with a finding for each atom.

    `thresholds` are those that applied, with the rule's own overrides; `relevance_bound` and the
    boxes' bounds are filled in from the models where the thresholds leave them to the models. What
    a student found has `student` and no chain.
    """

    rule_id: str
    text: str
    severity: Severity
    action: str
    outcome: RuleOutcome
    relevance: float | None = None
    relevance_bound: float | None = None
    thresholds: Thresholds = Thresholds()
    groups: tuple[tuple[AtomFinding, ...], ...] = ()
    view: str = "whole"
    reason: str = Field(default="", description="why it was not decided, or asked unfiltered")
    cause: Cause | None = None
    student: StudentFinding | None = None


class Cost(Frozen):
    """What a judgement cost: the distinct questions it put, of all kinds, and the reasonings.

    Counted before any sharing between images and before any cache, so that equal judgements cost
    the same however they were run.
    """

    asks: int = Field(default=0, ge=0)
    reasonings: int = Field(default=0, ge=0)
    reasoning_tokens: int = Field(default=0, ge=0)


class ViewVerdict(Frozen):
    """One picture of an input: a frame, or the input on one background.

    `rules` are in the order in which a judgement asks: the most severe first, then by id.
    """

    view: str
    spans: tuple[Span, ...] = Field(
        default=(), description="when an animation or a video shows it; stills and pages have none"
    )
    outcome: Outcome
    rules: tuple[RuleFinding, ...] = ()
    reason: str = Field(default="", description="why it abstained or failed")
    cause: Cause | None = None
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
    code: str = Field(
        default="", description="short stable name of why: a `Cause`, or an image error's code"
    )
    record: ImageRecord | None = None
    constitution: str = Field(default="", description="name and version")
    constitution_digest: str = ""
    models: dict[str, str] = Field(default_factory=dict, description="their card")
    thresholds: Thresholds = Thresholds()
    method: Method = Method()
    budget: Budget = Budget()
    cost: Cost = Cost()
