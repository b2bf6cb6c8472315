"""The pictures of a decision with their boxes, those that count first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluejudge.report.card import boxes
from cluejudge.report.figure import LABEL_SIZE, overlay
from cluejudge.report.markup import Html
from cluejudge.report.words import is_told, one_line
from cluejudge.service.review.pictures import Seen
from cluejudge.verdict import Verdict

SHOWN_WIDTH, SHOWN_HEIGHT = 420.0, 520.0
"""The largest size in CSS pixels at which a picture is shown."""

MAX_ENLARGED = 6.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture with its boxes; without `kept` only its frame can be shown."""

    place: int
    caption: str
    width: int
    height: int
    overlay: Html
    kept: bool
    main: bool


def shots(verdict: Verdict, seen: Sequence[Seen]) -> tuple[Shot, ...]:
    """The pictures that the findings rest on first, then the others in their order.

    Where none is `seen`, the frames of those with boxes.
    """
    if not seen:
        return tuple(_frames(verdict))
    found = {finding.view for finding in verdict.rules if is_told(finding)}
    worst = {view.view for view in verdict.views if view.outcome is verdict.outcome}
    telling = [one.view for one in seen if one.view in found]
    alike = [one.view for one in seen if one.view in worst]
    main = telling or alike[:1] or [seen[0].view]
    drawn = [_shot(place, one, verdict, main=one.view in main) for place, one in enumerate(seen)]
    return tuple(sorted(drawn, key=lambda shot: not shot.main))


def _frames(verdict: Verdict) -> Iterator[Shot]:
    """Empty frames with the boxes, for views of the recorded size, where no image is kept."""
    record = verdict.record
    if record is None:
        return
    for place, view in enumerate(verdict.views):
        drawn = boxes(verdict.rules, view.view)
        # The record has the size of the first view; pages may be larger.
        within = all(box.right <= record.width and box.bottom <= record.height for box in drawn)
        if drawn and within:
            seen = Seen(view.view, record.width, record.height)
            yield _shot(place, seen, verdict, main=True, kept=False)


def _shot(
    place: int,
    seen: Seen,
    verdict: Verdict,
    *,
    main: bool,
    kept: bool = True,
) -> Shot:
    zoom = min(SHOWN_WIDTH / seen.width, SHOWN_HEIGHT / seen.height, MAX_ENLARGED)
    drawn = boxes(verdict.rules, seen.view)
    outcome = next((view.outcome for view in verdict.views if view.view == seen.view), None)
    name = "" if seen.view == "whole" else one_line(seen.view)
    return Shot(
        place=place,
        caption=f"{name}: {outcome}" if name and outcome else name,
        width=round(seen.width * zoom),
        height=round(seen.height * zoom),
        overlay=overlay(seen.width, seen.height, drawn, LABEL_SIZE / zoom),
        kept=kept,
        main=main,
    )
