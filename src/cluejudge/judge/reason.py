"""Stage 5: reasoning for what the token tests left open, or what stands in for it."""

from __future__ import annotations

from cluejudge.asks import Reason, Reasoning, Reply
from cluejudge.judge.case import Case, Flow, Inquiry, put
from cluejudge.judge.reading import stopped
from cluejudge.settings import Undecided
from cluejudge.verdict import Stage


def reason(case: Case) -> Flow[Case]:
    """Reasons about the open atoms, one group of each rule at a time.

    A rule that a group clears is asked no more. A reply serves every rule that comes to the same
    question, but only when it comes to it: no rule's evidence depends on the other rules.
    """
    if not (case.method.reasoning and case.can.reasoner):
        return case.changed(_unreasoned(one, case.method.undecided) for one in case.pending())
    while turn := _next_groups(case):
        asked = [(one, _ask(case, one)) for one in turn]
        case = yield from put(case, [(ask,) for _, ask in asked])
        answered = [(one, reply) for one, ask in asked if (reply := case.reply(ask))]
        if answered:
            case = case.changed(_reasoned(one, reply) for one, reply in answered)
        else:
            stop = stopped(None)
            case = case.changed(one.left(stop.stage, stop.reason) for one in turn)
    return case


def _next_groups(case: Case) -> list[Inquiry]:
    """The pending inquiries of the first group of each rule that has any."""
    pending = case.pending()
    first: dict[int, int] = {}
    for inquiry in pending:
        rule, group, _ = inquiry.place
        first.setdefault(rule, group)
    return [one for one in pending if one.place[1] == first[one.place[0]]]


def _ask(case: Case, inquiry: Inquiry) -> Reason:
    return Reason(inquiry.picture, inquiry.question.content, case.method.reasoning_tokens)


def _reasoned(inquiry: Inquiry, reply: Reply) -> Inquiry:
    if not isinstance(reply, Reasoning):
        stop = stopped(reply)
        return inquiry.left(stop.stage, stop.reason)
    inquiry = inquiry.scored(reasoning=reply.p_yes)
    if reply.answer is None:
        unread = "the reasoning could not be read as Yes or No"
        return inquiry.left(Stage.UNDECIDED, unread, reply.text)
    bound = inquiry.thresholds.reasoning
    if reply.p_yes is not None and (reply.p_yes >= bound) is not reply.answer:
        said = "Yes" if reply.answer else "No"
        torn = f"the reasoning says {said}, but P(Yes) after it is {reply.p_yes:.2g}, not {bound:g}"
        return inquiry.left(Stage.UNDECIDED, torn, reply.text)
    return inquiry.decided(reply.answer, Stage.REASONING, reply.text)


def _unreasoned(inquiry: Inquiry, how: Undecided) -> Inquiry:
    """Closed as `Method.undecided` says; an answer outside Yes and No stays open in any case."""
    if inquiry.doubt:
        return inquiry.left(Stage.LABEL_MASS, inquiry.doubt)
    visible = {Undecided.UNSURE: None, Undecided.NO: False, Undecided.PRIOR: inquiry.leaning}[how]
    if visible is None:
        return inquiry.left(Stage.UNDECIDED, "the token tests left it open and nothing reasoned")
    return inquiry.decided(visible, Stage.DEFAULT)
