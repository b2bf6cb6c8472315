"""A picture, blurred until asked for, with its boxes drawn over it."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.image import Picture
from cluejudge.report.markup import Html, tag
from cluejudge.report.thumbnail import MAX_SIDE, data_url
from cluejudge.report.words import one_line
from cluejudge.verdict import EvidenceBox

SHOWN_WIDTH, SHOWN_HEIGHT = 320.0, 400.0
"""The largest size in CSS pixels at which a picture is shown."""

MAX_ENLARGED = 4.0
LABEL_SIZE = 12.0


def figure(
    name: str,
    view: str,
    picture: Picture | None,
    boxes: Sequence[EvidenceBox],
    *,
    max_side: int = MAX_SIDE,
    shown: tuple[float, float] = (SHOWN_WIDTH, SHOWN_HEIGHT),
) -> Html:
    """One view of an input, stored with at most `max_side` pixels a side, `shown` at most so large.

    Without a picture a plain notice is in its place.
    """
    if picture is None:
        return tag("figure", tag("div", "No picture to show", class_="no-picture"), class_="empty")
    zoom = min(shown[0] / picture.width, shown[1] / picture.height, MAX_ENLARGED)
    shot = tag(
        "button",
        tag(
            "img",
            src=data_url(picture, max_side),
            alt=f"The judged picture: {one_line(name)}",
            width=round(picture.width * zoom),
            height=round(picture.height * zoom),
        ),
        overlay(picture.width, picture.height, boxes, LABEL_SIZE / zoom),
        tag("span", "Show", class_="veil"),
        class_="shot",
        type="button",
        aria_pressed="false",
        aria_label=f"Show the picture {one_line(name)}",
    )
    caption = () if view == "whole" else (tag("figcaption", one_line(view)),)
    return tag("figure", shot, *caption)


def overlay(width: int, height: int, boxes: Sequence[EvidenceBox], size: float) -> Html:
    """The boxes over a picture of `width` x `height` pixels; their words are `size` pixels high."""
    return tag(
        "svg",
        *(_box(box, width, size) for box in dict.fromkeys(boxes)),
        class_="boxes",
        viewBox=f"0 0 {width} {height}",
        aria_hidden="true",
    )


def _box(box: EvidenceBox, across: int, size: float) -> Html:
    """The box and its words, kept within a picture `across` pixels wide."""
    label = one_line(f"{', '.join(box.words)} {box.score:.2f}")
    width = size * 0.56 * len(label) + size * 0.6
    left = min(max(box.left, 0.0), max(across - width, 0.0))
    top = box.top - size * 1.4 if box.top >= size * 1.4 else float(box.top)
    outline = {
        "x": box.left,
        "y": box.top,
        "width": box.right - box.left,
        "height": box.bottom - box.top,
    }
    return tag(
        "g",
        tag("rect", class_="halo", **outline),
        tag("rect", class_="outline", **outline),
        tag("rect", class_="plate", x=left, y=top, width=width, height=size * 1.4, rx=size * 0.2),
        tag("text", label, x=left + size * 0.3, y=top + size * 1.05, font_size=size),
    )
