"""Rules as their author wrote them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from cluejudge.settings import Frozen

RULE_ID = r"^[a-z0-9][a-z0-9_.-]*$"


class Severity(StrEnum):
    """How grave a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Rule(Frozen):
    """One rule in plain words."""

    id: str = Field(pattern=RULE_ID, max_length=64)
    text: str = Field(min_length=1, max_length=2000)
    severity: Severity = Severity.MEDIUM
    action: str = Field(default="block", min_length=1, description="what to do on a violation")
    exceptions: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


class Example(Frozen):
    """An image whose verdict on the rule is known; paths are relative to the file."""

    image: str = Field(min_length=1)
    violates: bool
    note: str = ""


class Constitution(Frozen):
    """A named, versioned list of rules."""

    name: str = Field(pattern=RULE_ID, max_length=64)
    version: str = Field(default="1", min_length=1)
    description: str = ""
    rules: tuple[Rule, ...] = Field(min_length=1)
