"""What the store holds, as frozen values. Times are UTC, ISO 8601 with microseconds and `Z`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from cluejudge.settings import Frozen
from cluejudge.verdict import Outcome, RuleOutcome, Verdict


class EntryKind(StrEnum):
    """What an entry of the log is about."""

    DECISION = "decision"
    REVIEW = "review"
    LOOK = "look"
    CONSTITUTION = "constitution"
    ACTIVATION = "activation"
    KEY = "key"
    CASE = "case"
    IMAGE_KEPT = "image-kept"
    IMAGE_PURGED = "image-purged"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be appended to the log; `subject` is the id of what it is about."""

    kind: EntryKind
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log: the `seq`-th, from 1; `body` is canonical JSON.

    `hash` is over all else, and over the hash of the entry before, so that none can be changed,
    left out or put in without all later ones changing too.
    """

    seq: int
    at: str
    kind: EntryKind
    subject: str
    body: str
    previous: str
    hash: str


class Source(StrEnum):
    """How an image came to the service."""

    UPLOAD = "upload"
    BASE64 = "base64"
    URL = "url"


class DecisionDraft(Frozen):
    """A decision that is not recorded yet.

    `fingerprint` stands for all that a verdict depends on besides the image. `reused_from` is the
    decision whose verdict this is, where the same image was judged before.
    """

    id: str
    name: str
    sha256: str = Field(description="of the file's bytes; empty where none could be had")
    perceptual: str = ""
    constitution: str
    version: int = Field(description="the store's version of the constitution")
    fingerprint: str
    source: Source
    key: str = Field(description="name of the key that asked")
    idempotency: str = ""
    reused_from: str = ""
    took_ms: int = Field(default=0, ge=0)
    verdict: Verdict


class Decision(DecisionDraft):
    """A recorded decision: entry `seq` of the log, made at `at`."""

    seq: int
    at: str


class DecisionFilter(Frozen):
    """Which decisions are wanted, the newest first; those before the entry `before`, if given."""

    outcomes: tuple[Outcome, ...] = ()
    rule: str = Field(default="", description="id of a rule that is violated")
    constitution: str = ""
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    sha256: str = ""
    since: str = Field(default="", description="a date or time, ISO 8601, UTC where it has no zone")
    until: str = Field(default="", description="before this date or time")
    key: str = ""
    reviewed: bool | None = None
    before: int | None = Field(default=None, ge=1, le=2**63 - 1)
    limit: int = Field(default=50, ge=1, le=200)


@dataclass(frozen=True, slots=True)
class Page:
    """Some decisions; `next` is the `before` of the following page, None behind the last."""

    items: tuple[Decision, ...]
    next: int | None


class StoredConstitution(Frozen):
    """A version of a constitution; `label` is the version that its author wrote."""

    name: str
    version: int
    label: str
    digest: str
    text: str = Field(description="YAML, as it was uploaded")
    at: str
    by: str
    active: bool


class Scope(StrEnum):
    """What a key may be used for; admin may do all."""

    JUDGE = "judge"
    REVIEW = "review"
    ADMIN = "admin"


class Key(Frozen):
    """An API key without its secret, which is nowhere kept."""

    id: str
    name: str
    scopes: frozenset[Scope]
    per_minute: int | None = None
    created: str
    revoked: str = ""


class Session(Frozen):
    """A reviewer's session of the review page; it ends with its key."""

    id: str
    reviewer: str
    scopes: frozenset[Scope]
    key_id: str = ""
    csrf: str
    expires: str


class QueueFilter(Frozen):
    """What is to be reviewed: these outcomes, and a share of the safe ones."""

    outcomes: tuple[Outcome, ...] = (Outcome.ABSTAIN, Outcome.UNSAFE, Outcome.ERROR)
    sample: float = Field(default=0.02, ge=0, le=1)
    constitution: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A decision that one reviewer holds until `until`."""

    decision: Decision
    until: str


class Answer(StrEnum):
    """What a reviewer says of a decision."""

    AGREE = "agree"
    OVERRULE = "overrule"
    SKIP = "skip"


class RuleOverride(Frozen):
    """What a rule's outcome should have been (violated or cleared), and why."""

    rule_id: str
    outcome: RuleOutcome
    reason: str


class ReviewDraft(Frozen):
    """A review that is not recorded yet; `outcome` is that after the review."""

    decision_id: str
    reviewer: str
    answer: Answer
    outcome: Outcome
    overrides: tuple[RuleOverride, ...] = ()
    note: str = ""


class Review(ReviewDraft):
    """A recorded review."""

    id: str
    seq: int
    at: str


class Standing(Frozen):
    """How a decision stands: as judged, or as the newest review says that is no skip.

    `reviewed` is when that was; empty where nobody reviewed it.
    """

    outcome: Outcome
    violated: tuple[str, ...] = ()
    reviewed: str = ""


class Case(Frozen):
    """A picture whose verdict a constitution has to get right."""

    id: str
    constitution: str
    sha256: str
    expected_outcome: Outcome
    expected_violated: tuple[str, ...]
    from_decision: str
    by: str
    at: str
    note: str = ""
