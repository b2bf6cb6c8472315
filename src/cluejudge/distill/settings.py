"""How a student is made."""

from __future__ import annotations

from pydantic import Field

from cluejudge.settings import Frozen


class DistillSettings(Frozen):
    """What a student may get wrong, and what it is made of."""

    risk: float = Field(
        default=0.01,
        gt=0,
        lt=1,
        description="of what it clears, the most that the judge did not clear",
    )
    alarm_risk: float = Field(
        default=0.01,
        gt=0,
        lt=1,
        description="of what it calls violated, the most that the judge did not find violated",
    )
    missed: float = Field(
        default=0.1, gt=0, lt=1, description="of a rule's violations, the most that it may clear"
    )
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="with which the risks hold")
    min_violations: int = Field(default=10, ge=2, description="below, a rule is not learnt")
    clear_rare: bool = Field(default=False, description="clear rules whose violations are rare")
    strangers: float = Field(
        default=0.01, gt=0, lt=0.5, description="share of pictures like the run's that it refuses"
    )
    landmarks: int = Field(default=2048, ge=1, description="pictures it compares others with")
    images: int = Field(default=200_000, ge=1, description="of a run that has more, so many")
