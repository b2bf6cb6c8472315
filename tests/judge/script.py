"""Plays one flow by a script: each ask is answered by the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cluejudge.asks import (
    Ask,
    Boxes,
    Failed,
    Grade,
    Locate,
    Located,
    Reason,
    Reasoning,
    Recognise,
    Recognition,
    Relate,
    Relations,
    Reply,
    Score,
    Unanswered,
    YesNo,
)
from cluejudge.compiled import CompiledRule
from cluejudge.image import Box
from cluejudge.judge import Allowance, Capabilities, drive_one, judge_flow
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import AtomFinding, RuleFinding, ViewVerdict
from tests.judge.world import picture, yes_no

PICTURE = picture(0, side=100)
EVERYTHING = Capabilities(reasoner=True, encoder=True, detector=True, recogniser=True)
SCORER = Capabilities()
OPEN = 0.55  # with a prior of one half, a score that decides nothing
YES = 0.95
NO = 0.05


@dataclass
class Script:
    """What is answered, by content, word or text; `asked` keeps the lists that were put."""

    image: Mapping[str, float | YesNo | Unanswered] = field(default_factory=dict)
    crop: Mapping[str, float | YesNo | Unanswered] = field(default_factory=dict)
    without: Mapping[str, float | YesNo | Unanswered] = field(default_factory=dict)
    prior: Mapping[str, float | YesNo | Unanswered] = field(default_factory=dict)
    reasons: Mapping[str, bool | Reasoning | Failed | None] = field(default_factory=dict)
    boxes: Mapping[str, tuple[Box, float]] | Failed = field(default_factory=dict)
    cosines: Mapping[str, float] | Failed = field(default_factory=dict)
    known: float | Failed = 1.0
    asked: list[list[Ask]] = field(default_factory=list)

    def answer(self, asks: Sequence[Ask]) -> list[Reply]:
        self.asked.append(list(asks))
        return [self._reply(ask) for ask in asks]

    def put(self, kind: type[Ask]) -> list[list[Ask]]:
        """The asks of one kind in each list that has any."""
        lists = [[ask for ask in asks if isinstance(ask, kind)] for asks in self.asked]
        return [asks for asks in lists if asks]

    def _reply(self, ask: Ask) -> Reply:
        match ask:
            case Score():
                return _yes_no(self._scores(ask).get(ask.content, 0.5))
            case Reason():
                return _reasoning(self.reasons[ask.content])
            case Locate():
                return self._located(ask)
            case Relate():
                return self._related(ask)
            case Recognise():
                known = self.known
                return known if isinstance(known, Failed) else Recognition(known, 0.5)
            case Grade():
                raise AssertionError("there is no student to ask")

    def _scores(self, ask: Score) -> Mapping[str, float | YesNo | Unanswered]:
        if ask.image is None:
            return self.prior
        if ask.image == PICTURE:
            return self.image
        return self.without if ask.image.area == PICTURE.area else self.crop

    def _located(self, ask: Locate) -> Reply:
        if isinstance(self.boxes, Failed):
            return self.boxes
        found = ((word, *self.boxes[word]) for word in ask.words if word in self.boxes)
        return Boxes(tuple(Located(box, word, score) for word, box, score in found), 0.05)

    def _related(self, ask: Relate) -> Reply:
        if isinstance(self.cosines, Failed):
            return self.cosines
        return Relations(tuple(self.cosines.get(text, 1.0) for text in ask.texts), 0.22)


def _yes_no(given: float | YesNo | Unanswered) -> Reply:
    return yes_no(given) if isinstance(given, float) else given


def _reasoning(given: bool | Reasoning | Failed | None) -> Reply:
    if isinstance(given, Reasoning | Failed):
        return given
    return Reasoning("because", given, None, 10)


def play(
    script: Script,
    *rules: CompiledRule,
    can: Capabilities = EVERYTHING,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    allowance: Allowance = Allowance(),
    now: Callable[[], float] = lambda: 0.0,
) -> ViewVerdict:
    flow = judge_flow(
        PICTURE, rules, can, thresholds=thresholds, method=method, allowance=allowance, now=now
    )
    return drive_one(flow, script.answer)


def finding(verdict: ViewVerdict, rule_id: str = "r") -> RuleFinding:
    return next(one for one in verdict.rules if one.rule_id == rule_id)


def first_atom(verdict: ViewVerdict, rule_id: str = "r") -> AtomFinding:
    return finding(verdict, rule_id).groups[0][0]
