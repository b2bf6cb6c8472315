"""Times as the record spells them: UTC and of fixed length, so that they sort as text."""

from __future__ import annotations

from datetime import UTC, datetime

from cluejudge.errors import UsageError


def utcnow() -> datetime:
    """The time now, with its zone."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """`moment`, which must have a zone, as in `2026-01-31T09:05:00.000000Z`."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def instant(text: str) -> str:
    """An ISO 8601 date or time as the record spells it; without a zone it is in UTC.

    Raises UsageError for what is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no date and no time", hint="write 2026-01-31 or 2026-01-31T09:05:00Z"
        ) from error
