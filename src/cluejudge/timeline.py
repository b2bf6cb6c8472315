"""When an animation or a video breaks which rule."""

from __future__ import annotations

from collections.abc import Iterable

from cluejudge.image.spans import Span, merged
from cluejudge.settings import Frozen
from cluejudge.verdict import RuleOutcome, Verdict

__all__ = ["Fired", "Span", "timeline", "times", "words"]

_SHORT = 0.1  # seconds: what is shorter needs more digits to be told


class Fired(Frozen):
    """A rule and the times at which it is violated, ascending and apart; at least one."""

    rule_id: str
    spans: tuple[Span, ...]


def timeline(verdict: Verdict) -> tuple[Fired, ...]:
    """The violated rules with their times, the gravest rule first.

    Stills and pages have no time, and neither has what is seen beside a video, as its cover: a rule
    that only these violate is not among them.
    """
    found: dict[str, list[Span]] = {}
    for view in verdict.views:
        for rule in view.rules:  # the gravest first, the same in all views
            spans = found.setdefault(rule.rule_id, [])
            if rule.outcome is RuleOutcome.VIOLATED:
                spans.extend(view.spans)
    times = ((rule_id, merged(spans)) for rule_id, spans in found.items())
    return tuple(Fired(rule_id=rule_id, spans=spans) for rule_id, spans in times if spans)


def words(fired: Fired) -> str:
    """As people read it: "fire: 3.0-6.5 s, 9.0-9.5 s"."""
    return f"{fired.rule_id}: {times(fired.spans)}"


def times(spans: Iterable[Span]) -> str:
    """Spans as people read them: "3.0-6.5 s, 9.0-9.5 s"."""
    return ", ".join(f"{_range(each)} s" for each in spans)


def _range(span: Span) -> str:
    digits = next((n for n in (1, 2) if span.end - span.start >= _SHORT**n), 3)
    return f"{span.start:.{digits}f}-{span.end:.{digits}f}"
