"""Scores as small bars: SVG with attributes only, so that no inline style is needed."""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.report.markup import Html, join, tag
from cluejudge.report.words import signed

WIDTH = 220.0
MIDDLE = 8.0
THICK = 8.0
BASELINE = 25.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A bound on a scale and its short name."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that a bar spans; it grows from `origin`."""

    low: float
    high: float
    origin: float

    def x(self, value: float) -> float:
        """Where `value` lies on the bar, kept within it."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0) * WIDTH


PROBABILITY = Scale(0.0, 1.0, 0.0)
DIFFERENCE = Scale(-1.0, 1.0, 0.0)


def around_zero(*values: float | None) -> Scale:
    """A scale for log-odds: symmetric, and wide enough for all `values`."""
    reach = max([1.0, *(abs(value) for value in values if value is not None)]) * 1.1
    return Scale(-reach, reach, 0.0)


def bar(
    value: float,
    scale: Scale,
    ticks: tuple[Tick, ...] = (),
    *,
    label: str,
    unsure: tuple[float, float] | None = None,
) -> Html:
    """A bar from the scale's origin to `value`, its bounds, and the range that decides nothing."""
    height = BASELINE + 4 if ticks else MIDDLE * 2
    return tag(
        "svg",
        tag("rect", class_="track", x=0, y=MIDDLE - THICK / 2, width=WIDTH, height=THICK, rx=2),
        *(_unsure(scale, *unsure) if unsure else ()),
        *_zero(scale),
        *_value(scale, value),
        *(_tick(scale, tick) for tick in ticks),
        class_="bar",
        viewBox=f"-2 0 {WIDTH + 4:.0f} {height:.0f}",
        role="img",
        aria_label=label,
    )


def measure(name: str, drawn: Html, value: str, note: str = "") -> Html:
    """One row: what was measured, its bar, its value and the bounds in words."""
    return tag(
        "div",
        tag("dt", name),
        tag("dd", drawn, class_="drawn"),
        tag(
            "dd", tag("strong", value), *((" ", tag("small", note)) if note else ()), class_="value"
        ),
        class_="measure",
    )


def bounds_note(low: float | None, high: float | None) -> str:
    """The bounds in words."""
    named = (("a₁", low), ("a₂", high))
    return ", ".join(f"{name} {signed(value)}" for name, value in named if value is not None)


def _unsure(scale: Scale, low: float, high: float) -> tuple[Html, ...]:
    left, right = scale.x(low), scale.x(high)
    if right <= left:
        return ()
    band = tag(
        "rect", class_="unsure", x=left, y=MIDDLE - THICK / 2, width=right - left, height=THICK
    )
    return (band,)


def _zero(scale: Scale) -> tuple[Html, ...]:
    """A mark where a scale of both signs has its zero."""
    if scale.low == scale.origin:
        return ()
    at = scale.x(scale.origin)
    return (tag("line", class_="zero", x1=at, x2=at, y1=MIDDLE - 4, y2=MIDDLE + 4),)


def _value(scale: Scale, value: float) -> tuple[Html, Html]:
    ends = sorted((scale.x(scale.origin), scale.x(value)))
    filled = tag(
        "rect",
        class_="fill",
        x=ends[0],
        y=MIDDLE - THICK / 4,
        width=max(ends[1] - ends[0], 0.5),
        height=THICK / 2,
    )
    return filled, tag("circle", class_="dot", cx=scale.x(value), cy=MIDDLE, r=4.5)


def _tick(scale: Scale, tick: Tick) -> Html:
    at = scale.x(tick.at)
    anchor = "start" if at < 6 else "end" if at > WIDTH - 6 else "middle"
    return join(
        [
            tag("line", class_="bound", x1=at, x2=at, y1=MIDDLE - 7, y2=MIDDLE + 7),
            tag("text", tick.name, class_="bound-name", x=at, y=BASELINE, text_anchor=anchor),
        ]
    )
