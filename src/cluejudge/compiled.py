"""Rules as the judge reads them: chains of preconditions (AND of OR of atoms)."""

from __future__ import annotations

from pydantic import Field

from cluejudge.constitution import RULE_ID, Severity
from cluejudge.settings import Frozen


class Atom(Frozen):
    """One content that a picture shows or does not show.

    `objects` are the words an open-vocabulary detector looks for. A negated atom holds when its
    content is *not* visible: an exception is a group of them.
    """

    text: str = Field(min_length=1, max_length=500)
    objects: tuple[str, ...] = ()
    negated: bool = False


class AnyOf(Frozen):
    """A precondition: holds if any of its atoms holds."""

    any_of: tuple[Atom, ...] = Field(min_length=1)


class ThresholdOverrides(Frozen):
    """Thresholds of one rule that differ from the judge's; None keeps the judge's."""

    relevance: float | None = None
    prior_low: float | None = Field(default=None, ge=0)
    prior_high: float | None = Field(default=None, ge=0)
    region: float | None = Field(default=None, ge=-1, le=1)
    detector: float | None = Field(default=None, ge=0, le=1)
    small_object: float | None = Field(default=None, ge=0, le=1)
    reasoning: float | None = Field(default=None, ge=0, le=1)


class CompiledRule(Frozen):
    """A rule with its objective text and its chain; violated only if every group holds."""

    id: str = Field(pattern=RULE_ID, max_length=64)
    source: str = Field(min_length=1, description="the rule as its author wrote it")
    text: str = Field(min_length=1, description="the objective text")
    objectiveness: tuple[int, int] | None = Field(
        default=None, description="rated 1-10 before and after objectifying"
    )
    severity: Severity = Severity.MEDIUM
    action: str = "block"
    chain: tuple[AnyOf, ...] = Field(min_length=1)
    thresholds: ThresholdOverrides = ThresholdOverrides()


class CompiledConstitution(Frozen):
    """What the judge reads. Written by the compiler or by hand; read and edited by people."""

    name: str = Field(pattern=RULE_ID, max_length=64)
    version: str = "1"
    description: str = ""
    rules: tuple[CompiledRule, ...] = Field(min_length=1)
