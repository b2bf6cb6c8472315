"""Distrust of replies: what is not an answer to its ask becomes `Failed`, never a No."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from cluejudge.asks import (
    Ask,
    Boxes,
    Failed,
    Grade,
    Graded,
    Grades,
    Locate,
    Located,
    Reason,
    Reasoning,
    Recognise,
    Recognition,
    Refused,
    Relate,
    Relations,
    Reply,
    Score,
    Unanswered,
    YesNo,
)
from cluejudge.image import Box
from cluejudge.verdict import storable

_SLACK = 1e-3  # rounding of float16 and float32 softmaxes
_COSINE_SLACK = 3e-2  # of two vectors that are each a hundredth too long


def checked(ask: Ask, reply: Reply) -> Reply:
    """The reply in plain values, or `Failed` with what is wrong with it as an answer to `ask`."""
    wrong = "" if isinstance(reply, Unanswered) else _fault(ask, reply)
    return Failed(wrong) if wrong else _plain(reply)


def _plain(reply: Reply) -> Reply:
    """The reply without the scalars of a numeric library, which no record could hold."""
    plain: Reply
    match reply:
        case YesNo():
            unseen = float(reply.unseen_yes), float(reply.unseen_no)
            told = bool(reply.mass_told)
            plain = YesNo(float(reply.log_yes), float(reply.log_no), *unseen, mass_told=told)
        case Reasoning():
            answer = None if reply.answer is None else bool(reply.answer)
            p_yes = None if reply.p_yes is None else float(reply.p_yes)
            plain = Reasoning(storable(reply.text), answer, p_yes, int(reply.tokens))
        case Boxes():
            plain = Boxes(tuple(map(_plain_located, reply.found)), float(reply.threshold))
        case Relations():
            plain = Relations(tuple(map(float, reply.cosines)), float(reply.threshold))
        case Recognition():
            plain = Recognition(float(reply.score), float(reply.threshold))
        case Grades():
            rules = tuple(map(_plain_grade, reply.rules))
            plain = Grades(rules, float(reply.distance), float(reply.bound))
        case Failed() | Refused():
            plain = replace(reply, reason=storable(reply.reason))
    return plain


def _plain_grade(graded: Graded | str) -> Graded | str:
    if isinstance(graded, str):
        return storable(graded)
    low, high = (None if bound is None else float(bound) for bound in (graded.low, graded.high))
    return Graded(float(graded.p), low, high)


def _plain_located(found: Located) -> Located:
    box = found.box
    corners = Box(int(box.left), int(box.top), int(box.right), int(box.bottom))
    return Located(corners, found.word, float(found.score))


def _fault(ask: Ask, reply: Reply) -> str:
    match ask, reply:
        case Score(), YesNo():
            fault = _yes_no_fault(reply)
        case Reason(), Reasoning():
            fault = _reasoning_fault(reply)
        case Locate(), Boxes():
            fault = _boxes_fault(ask, reply)
        case Relate(), Relations():
            fault = _relations_fault(ask, reply)
        case Recognise(), Recognition():
            fault = "" if _finite((reply.score, reply.threshold)) else "a familiarity is not finite"
        case Grade(), Grades():
            fault = _grades_fault(ask, reply)
        case _:
            fault = f"a {type(ask).__name__} ask was answered by {type(reply).__name__}"
    return fault


def _finite(values: Iterable[float]) -> bool:
    return all(map(math.isfinite, values))


def _yes_no_fault(reply: YesNo) -> str:
    logs = (reply.log_yes, reply.log_no)
    if any(math.isnan(log) or log > _SLACK for log in logs):
        return f"the token scores {logs} are not log-probabilities"
    if math.exp(reply.log_yes) + math.exp(reply.log_no) > 1 + _SLACK:
        return f"the token scores {logs} sum to more than 1"
    unseen = (reply.unseen_yes, reply.unseen_no)
    if not all(0 <= share <= 1 for share in unseen):
        return f"the bounds {unseen} on what was not told are no probabilities"
    return ""


def _reasoning_fault(reply: Reasoning) -> str:
    if reply.p_yes is not None and not 0 <= reply.p_yes <= 1:
        return f"the reasoning's P(Yes) is {reply.p_yes}"
    return "" if reply.tokens >= 0 else f"the reasoning took {reply.tokens} tokens"


def _boxes_fault(ask: Locate, reply: Boxes) -> str:
    if not _finite((reply.threshold, *(found.score for found in reply.found))):
        return "the detector's confidence is not finite"
    for found in reply.found:
        if found.word not in ask.words:
            return f"the detector found '{found.word}', which was not asked for"
        if found.box.right > ask.image.width or found.box.bottom > ask.image.height:
            return f"the detector's box {found.box} is outside the picture"
    return ""


def _relations_fault(ask: Relate, reply: Relations) -> str:
    if len(reply.cosines) != len(ask.texts):
        return f"{len(ask.texts)} texts were related by {len(reply.cosines)} cosines"
    if not _finite((reply.threshold, *reply.cosines)):
        return "a cosine is not finite"
    far = max(map(abs, (reply.threshold, *reply.cosines)))
    return f"{far:.3g} is no cosine" if far > 1 + _COSINE_SLACK else ""


def _grades_fault(ask: Grade, reply: Grades) -> str:
    if len(reply.rules) != len(ask.rules):
        return f"{len(ask.rules)} rules were graded by {len(reply.rules)} grades"
    if not _finite((reply.distance, reply.bound)):
        return "the distance of a picture from what is known is not finite"
    for graded in (one for one in reply.rules if isinstance(one, Graded)):
        bounds = [bound for bound in (graded.low, graded.high) if bound is not None]
        if not 0 <= graded.p <= 1:
            return f"a rule's P(violated) is {graded.p}"
        if not _finite(bounds) or bounds != sorted(set(bounds)):
            return f"nobody knows what lies between {' and '.join(map(str, bounds))}"
    return ""
