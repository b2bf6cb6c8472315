"""Frozen values that tune a judgement. No file and no environment variable is read here."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """Base of the immutable values: unknown fields are refused, NaN and infinity too."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Thresholds(Frozen):
    """The constants of CLUE (arXiv 2501.00192, section 3 and Algorithm 1).

    `a1 = -prior_low * M(None, c)` and `a2 = prior_high * (1 - M(None, c))` bound the debiased
    score `M(x, c) - M(None, c)`; `region` bounds `M(x, c) - M(x - i, c)`.
    """

    relevance: float | None = Field(
        default=None,
        ge=-1,
        le=1,
        description="cosine; None takes the encoder's own (0.22 for CLIP ViT-B/16)",
    )
    prior_low: float = Field(default=0.3, ge=0)
    prior_high: float = Field(default=0.8, ge=0)
    region: float = Field(default=0.6, ge=-1, le=1)
    detector: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="confidence; None takes the detector's own (0.05 OWLv2)",
    )
    small_object: float = Field(default=0.01, ge=0, le=1, description="share of the image's area")
    reasoning: float = Field(default=0.5, ge=0, le=1, description="P(Yes) after the reasoning")
    min_label_mass: float = Field(
        default=0.5, ge=0, le=1, description="P(Yes) + P(No) under which an answer is no answer"
    )


class RegionFill(StrEnum):
    """What a removed region is filled with."""

    MEAN = "mean"
    GREY = "grey"
    BLUR = "blur"


class Debias(StrEnum):
    """How the language prior is taken out of a token score."""

    DIFFERENCE = "difference"
    LOG_ODDS = "log_odds"
    NONE = "none"


class GroupQuestion(StrEnum):
    """Whether an OR group is asked atom by atom or as one question."""

    ATOMS = "atoms"
    WHOLE = "whole"


class RelevanceText(StrEnum):
    """What a rule's relevance is measured on; of several texts the largest cosine counts."""

    RULE = "rule"
    RULE_AND_ATOMS = "rule_and_atoms"


class BoxChoice(StrEnum):
    """Which confident boxes make up the region of an atom: all, or the best of each word."""

    UNION = "union"
    BEST = "best"


class Undecided(StrEnum):
    """What becomes of an atom that the token tests leave open when no reasoning runs.

    `no` takes its content as not visible, which is Algorithm 1 without its reasoning branch;
    `prior` compares the debiased score with the middle of its two bounds.
    """

    UNSURE = "unsure"
    NO = "no"
    PRIOR = "prior"


class Method(Frozen):
    """Which parts of the method run, and the points the paper leaves open."""

    relevance: bool = True
    relevance_text: RelevanceText = RelevanceText.RULE
    debias: Debias = Debias.DIFFERENCE
    small_object: bool = True
    region: bool = True
    region_fill: RegionFill = RegionFill.MEAN
    boxes: BoxChoice = BoxChoice.UNION
    group_question: GroupQuestion = GroupQuestion.ATOMS
    reasoning: bool = True
    reasoning_tokens: int = Field(default=300, ge=1, description="the longest reasoning")
    undecided: Undecided = Undecided.UNSURE


class Budget(Frozen):
    """What one image may cost; None is no limit. Beyond it, what is undecided abstains."""

    asks: int | None = Field(default=None, ge=1)
    reasoning_tokens: int | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, gt=0)


# Twice `PIL.Image.MAX_IMAGE_PIXELS`: above it Pillow itself refuses to open a picture.
PILLOW_CEILING = 178_956_970


class Limits(Frozen):
    """What an input may be; beyond it, it is refused with a reason."""

    max_bytes: int = Field(default=64 * 2**20, ge=1)
    max_pixels: int = Field(
        default=100_000_000, ge=1, le=PILLOW_CEILING, description="width x height of one frame"
    )
    max_view_pixels: int = Field(
        default=400_000_000, ge=1, description="pixels of all judged views together"
    )
    max_side: int = Field(default=32_768, ge=1)
    min_side: int = Field(default=4, ge=1)
    max_aspect: float = Field(default=40.0, ge=1)
    max_frames: int = Field(default=8, ge=2, description="frames sampled from an animation")
    max_total_frames: int = Field(default=10_000, ge=1, description="frames an input may hold")
    max_seconds: float = Field(default=20.0, gt=0, description="decoding time of one input")


class Sampling(Frozen):
    """Which moments of a video, or of an animation in a batch, are judged.

    One frame each `every` seconds; a quarter of `max_frames` is kept for frames between them that
    look like none of these. Where that leaves too few places, the moments are spread evenly.
    """

    every: float = Field(default=0.5, gt=0, description="seconds")
    max_frames: int = Field(default=32, ge=2)
    max_video_bytes: int = Field(default=2**31, ge=1)
    max_video_seconds: float = Field(default=300.0, gt=0, description="decoding time of one video")
