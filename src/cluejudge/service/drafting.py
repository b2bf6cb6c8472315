"""From what was judged to what is to be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cluejudge.service.courts import Court
from cluejudge.service.submissions import Judged, Submission
from cluejudge.store.claims import Claim
from cluejudge.store.ids import new_id
from cluejudge.store.records import DecisionDraft


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked: the name of a key; `claim` is on the request's idempotency key, if it has one."""

    key: str
    idempotency: str = ""
    claim: Claim | None = None


def draft(
    court: Court, submission: Submission, judged: Judged, asked: Asked, took_ms: int
) -> DecisionDraft:
    """The decision that is to be recorded; `took_ms` from the request's admission on."""
    record = judged.verdict.record
    return DecisionDraft(
        id=new_id("dec", datetime.now(UTC)),
        name=judged.verdict.image,
        sha256=judged.sha256,
        perceptual=record.phash if record else "",
        constitution=court.name,
        version=court.version,
        fingerprint=court.fingerprint,
        source=submission.source,
        key=asked.key,
        idempotency=asked.idempotency,
        took_ms=took_ms,
        verdict=judged.verdict,
    )
