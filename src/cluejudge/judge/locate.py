"""Stage 2: where the central objects of the atoms are, and the crops of small ones."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from cluejudge.asks import Boxes, Failed, Locate, Located, Reply
from cluejudge.image import Box
from cluejudge.judge.case import Case, Flow, Inquiry, put
from cluejudge.judge.reading import stopped
from cluejudge.settings import BoxChoice
from cluejudge.verdict import EvidenceBox


def locate(case: Case) -> Flow[Case]:
    """Looks for all words of all inquiries in one ask.

    Where a confident box covers less than the small share of the picture, its crop takes the
    picture's place in the token tests and the reasoning. A detector that fails leaves the inquiry
    blind: what it might have cropped may have been overlooked.
    """
    used = case.method.region or case.method.small_object
    wanted = [inquiry for inquiry in case.inquiries if inquiry.question.objects]
    if not (wanted and used and case.can.detector):
        return case
    words = {word for inquiry in wanted for word in inquiry.question.objects}
    ask = Locate(case.picture, tuple(sorted(words)))
    case = yield from put(case, [(ask,)])
    reply = case.reply(ask)
    return case.changed(_located(case, inquiry, reply) for inquiry in wanted)


def _located(case: Case, inquiry: Inquiry, reply: Reply | None) -> Inquiry:
    if isinstance(reply, Boxes):
        return _boxed(case, inquiry, reply)
    if isinstance(reply, Failed):
        return replace(inquiry, blind=f"a small object may be overlooked: {reply.reason}")
    stop = stopped(reply)
    return inquiry.left(stop.stage, stop.reason)


def _boxed(case: Case, inquiry: Inquiry, boxes: Boxes) -> Inquiry:
    own = inquiry.thresholds.detector
    bound = boxes.threshold if own is None else own
    found = _confident(inquiry, boxes, bound, case.method.boxes)
    if not found:
        return inquiry
    region = reduce(Box.union, (one.box for one in found))
    inquiry = replace(inquiry, region=region, box=_evidence(region, found, bound))
    small = region.area < inquiry.thresholds.small_object * case.picture.area
    if not (case.method.small_object and small):
        return inquiry
    return replace(inquiry, picture=case.picture.crop(region), cropped=True)


def _confident(
    inquiry: Inquiry, boxes: Boxes, bound: float, choice: BoxChoice
) -> tuple[Located, ...]:
    """The boxes at `bound` or surer of the inquiry's words; of each word all, or the best."""
    found = [
        one for one in boxes.found if one.score >= bound and one.word in inquiry.question.objects
    ]
    if choice is BoxChoice.UNION:
        return tuple(found)
    best = {one.word: one for one in sorted(found, key=_surety)}
    return tuple(best.values())


def _surety(found: Located) -> tuple[float, Box]:
    return found.score, found.box


def _evidence(region: Box, found: tuple[Located, ...], bound: float) -> EvidenceBox:
    return EvidenceBox(
        left=region.left,
        top=region.top,
        right=region.right,
        bottom=region.bottom,
        score=max(one.score for one in found),
        bound=bound,
        words=tuple(sorted({one.word for one in found})),
    )
