"""The state of one judgement, and the one way in which its stages put questions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from cluejudge.asks import Account, Ask, Grade, Locate, Reason, Reasoning, Relate, Reply, Score
from cluejudge.image import Box, Picture
from cluejudge.judge.budget import Allowance
from cluejudge.judge.plan import Question
from cluejudge.judge.replies import checked
from cluejudge.judge.scoring import all_of, any_of
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import AtomScores, Cost, EvidenceBox, Stage

T = TypeVar("T")
Flow: TypeAlias = Generator[list[Ask], list[Reply], T]
"""Yields lists of distinct questions, receives their replies in order, returns a result."""

Place = tuple[int, int, int]
"""Rule, group and atom, as positions in the plan."""

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Which models there are beside the scorer; an absent one switches its stage off.

    Without `questions` the scorer answers none, and a grader decides alone.
    """

    reasoner: bool = False
    encoder: bool = False
    detector: bool = False
    recogniser: bool = False
    grader: bool = False
    questions: bool = True


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One atom on its way to an answer; open while `stage` is None."""

    place: Place
    question: Question
    thresholds: Thresholds
    picture: Picture  # what the token tests and the reasoning look at: the view, or a crop of it
    region: Box | None = None
    box: EvidenceBox | None = None
    cropped: bool = False
    scores: AtomScores = AtomScores()
    leaning: bool | None = None  # on which side of the middle of its bounds its score lies
    visible: bool | None = None
    stage: Stage | None = None
    rationale: str = ""
    reason: str = ""
    doubt: str = ""  # why its token answers decide nothing
    blind: str = ""  # why it may have overlooked something: then it never says "not visible"

    @property
    def holds(self) -> bool | None:
        """Whether the atom holds; None while or because it is not known."""
        return None if self.visible is None else self.visible != self.question.negated

    def decided(self, visible: bool, stage: Stage, rationale: str = "") -> Inquiry:
        """Closed with an answer, unless that is a "not visible" of a blind inquiry."""
        if self.blind and not visible:
            return replace(self, stage=Stage.FAILED, reason=self.blind, rationale=rationale)
        return replace(self, visible=visible, stage=stage, rationale=rationale)

    def left(self, stage: Stage, reason: str, rationale: str = "") -> Inquiry:
        """Closed without an answer."""
        return replace(self, stage=stage, reason=reason, rationale=rationale)

    def scored(self, **scores: float | bool | None) -> Inquiry:
        """With more scores for the record."""
        return replace(self, scores=self.scores.model_copy(update=scores))


@dataclass(frozen=True, slots=True)
class Case:
    """One picture before its rules: what was asked, answered, decided and spent so far."""

    picture: Picture
    method: Method
    can: Capabilities
    allowance: Allowance
    now: Callable[[], float]
    inquiries: tuple[Inquiry, ...] = ()
    replies: Mapping[_Key, Reply] = field(default_factory=dict)
    cost: Cost = Cost()

    def reply(self, ask: Ask) -> Reply | None:
        """What was replied to `ask`; None if the allowance did not reach so far."""
        return self.replies.get(_key(ask))

    def changed(self, inquiries: Iterable[Inquiry]) -> Case:
        """With the given inquiries in place of the earlier ones."""
        new = {inquiry.place: inquiry for inquiry in inquiries}
        return replace(self, inquiries=tuple(new.get(old.place, old) for old in self.inquiries))

    def groups(self) -> dict[tuple[int, int], bool | None]:
        """Whether each group of each rule under inquiry holds."""
        atoms: dict[tuple[int, int], list[bool | None]] = {}
        for inquiry in self.inquiries:
            atoms.setdefault(inquiry.place[:2], []).append(inquiry.holds)
        return {place: any_of(holds) for place, holds in atoms.items()}

    def pending(self) -> tuple[Inquiry, ...]:
        """The open inquiries that can still matter: their group and rule are not settled."""
        groups = self.groups()
        rules: dict[int, list[bool | None]] = {}
        for (rule, _), holds in groups.items():
            rules.setdefault(rule, []).append(holds)
        cleared = {rule for rule, holds in rules.items() if all_of(holds) is False}
        return tuple(
            inquiry
            for inquiry in self.inquiries
            if inquiry.stage is None
            and inquiry.place[0] not in cleared
            and not groups[inquiry.place[:2]]
        )


def put(case: Case, bundles: Iterable[Sequence[Ask]]) -> Flow[Case]:
    """Puts every bundle that the allowance affords, as one list; the replies are remembered.

    A bundle is put whole or not at all, for half of a test decides nothing. What was asked before
    is free, so equal questions of several atoms, rules and stages are put once.
    """
    batch: dict[Ask, None] = {}
    purse = case.allowance.purse(case.cost, case.now())
    for bundle in bundles:
        new = [ask for ask in dict.fromkeys(bundle) if ask not in batch and case.reply(ask) is None]
        reserved = sum(ask.max_tokens for ask in new if isinstance(ask, Reason))
        if purse.affords(len(new), reserved):
            purse = purse.less(len(new), reserved)
            batch.update(dict.fromkeys(new))
    if not batch:
        return case
    answers = yield [_charged(ask, case.allowance.account) for ask in batch]
    replies = {_key(ask): checked(ask, reply) for ask, reply in zip(batch, answers, strict=True)}
    return replace(
        case, replies={**case.replies, **replies}, cost=_spent(case.cost, replies.values())
    )


def _charged(ask: Ask, account: Account) -> Ask:
    return replace(ask, account=account) if isinstance(ask, Score | Reason) else ask


def _key(ask: Ask) -> _Key:
    """Tells asks apart without holding on to their pixels."""
    kind = type(ask).__name__
    picture = ask.image.digest if ask.image else ""
    match ask:
        case Score() | Reason():
            return kind, picture, ask.content
        case Locate():
            return kind, picture, *ask.words
        case Relate():
            return kind, picture, *ask.texts
        case Grade():
            return kind, picture, *ask.rules
    return kind, picture


def _spent(cost: Cost, replies: Iterable[Reply]) -> Cost:
    asks = list(replies)
    reasonings = [reply for reply in asks if isinstance(reply, Reasoning)]
    return Cost(
        asks=cost.asks + len(asks),
        reasonings=cost.reasonings + len(reasonings),
        reasoning_tokens=cost.reasoning_tokens + sum(reply.tokens for reply in reasonings),
    )
