"""Stretches of time that a moving picture shows the same thing."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from cluejudge.settings import Frozen

_TOUCHING = 0.0005  # seconds: half of the millisecond that times are rounded to


class Span(Frozen):
    """A stretch of time from the first frame's start, in seconds; the end is exclusive."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)


def span(start: float, end: float) -> Span:
    """A span, rounded to the millisecond."""
    return Span(start=round(start, 3), end=round(end, 3))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in as few spans as can be, ascending; those without length are left out."""
    joined: list[Span] = []
    for each in sorted(spans, key=lambda each: (each.start, each.end)):
        if each.end <= each.start:
            continue
        if joined and each.start <= joined[-1].end + _TOUCHING:
            end = max(joined[-1].end, each.end)
            joined[-1] = Span(start=joined[-1].start, end=end)
        else:
            joined.append(each)
    return tuple(joined)
