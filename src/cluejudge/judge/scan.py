"""Stage 1: is the picture of a kind the models know, and which rules are relevant to it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cluejudge.asks import Ask, Failed, Recognise, Recognition, Relate, Relations, Reply
from cluejudge.judge.case import Case, Flow, Inquiry, put
from cluejudge.judge.plan import PlannedRule
from cluejudge.judge.reading import stopped
from cluejudge.verdict import Cause


@dataclass(frozen=True, slots=True)
class Relevance:
    """The largest cosine of a rule's texts and its bound; None where it was not measured."""

    cosine: float | None = None
    bound: float | None = None
    reason: str = ""

    @property
    def relevant(self) -> bool:
        """Whether the rule is to be asked: what was not measured is."""
        return self.cosine is None or self.bound is None or self.cosine >= self.bound


@dataclass(frozen=True, slots=True)
class Scan:
    """What the first look found: the familiarity of the picture and the relevance of each rule.

    `cause` and `reason` say why the picture cannot be judged at all; absent where it can.
    """

    relevance: tuple[Relevance, ...]
    recognition: Recognition | None = None
    cause: Cause | None = None
    reason: str = ""


def scan(case: Case, rules: tuple[PlannedRule, ...]) -> Flow[tuple[Case, Scan]]:
    """Recognises the picture and relates it to all rules in one list of asks.

    A picture that the models do not know stops here, before its strangeness could make every rule
    look irrelevant. Where relevance cannot be measured, all rules are asked.
    """
    recognise = Recognise(case.picture)
    texts = dict.fromkeys(text for rule in rules for text in rule.texts)
    relate = Relate(case.picture, tuple(sorted(texts)))
    bundles: list[tuple[Ask]] = []
    if case.can.recogniser:
        bundles.append((recognise,))
    if case.can.encoder and case.method.relevance:
        bundles.append((relate,))
    case = yield from put(case, bundles)
    relevance = _relevance(rules, relate, case.reply(relate))
    if not case.can.recogniser:
        return case, Scan(relevance)
    return case, recognised(relevance, case.reply(recognise))


def _relevance(
    rules: tuple[PlannedRule, ...], relate: Relate, reply: Reply | None
) -> tuple[Relevance, ...]:
    if isinstance(reply, Failed):
        unknown = Relevance(
            reason=f"asked unfiltered, for the relevance scan failed: {reply.reason}"
        )
        return (unknown,) * len(rules)
    if not isinstance(reply, Relations):
        return (Relevance(),) * len(rules)
    cosines = dict(zip(relate.texts, reply.cosines, strict=True))
    return tuple(
        Relevance(
            cosine=max(cosines[text] for text in rule.texts),
            bound=reply.threshold
            if rule.thresholds.relevance is None
            else rule.thresholds.relevance,
        )
        for rule in rules
    )


def recognised(relevance: tuple[Relevance, ...], reply: Reply | None) -> Scan:
    """A scan with what the recogniser replied: why the picture is not judged, if it is not."""
    if not isinstance(reply, Recognition):
        cause = Cause.MODEL_FAILED if isinstance(reply, Failed) else Cause.BUDGET
        reason = f"could not tell if the models know it: {stopped(reply).reason}"
        return Scan(relevance, cause=cause, reason=reason)
    if reply.known:
        return Scan(relevance, reply)
    return Scan(relevance, reply, Cause.UNKNOWN_IMAGE, "unlike what the models know")


def opened(case: Case, rules: tuple[PlannedRule, ...], scan: Scan) -> Case:
    """The case with an open inquiry for each atom of each relevant rule."""
    inquiries = tuple(
        Inquiry((index, row, place), question, rule.thresholds, case.picture)
        for index, (rule, relevance) in enumerate(zip(rules, scan.relevance, strict=True))
        if relevance.relevant
        for row, group in enumerate(rule.groups)
        for place, question in enumerate(group)
    )
    return replace(case, inquiries=inquiries)
