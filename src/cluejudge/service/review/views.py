"""What the page of one decision shows, as values made of the decision alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluejudge.report.card import facts, said
from cluejudge.report.chain import rule
from cluejudge.report.markup import Html
from cluejudge.report.words import is_told, one_line
from cluejudge.service.review.answers import Filled, choices
from cluejudge.service.review.pictures import Album
from cluejudge.service.review.shots import Shot, shots
from cluejudge.store.overruling import OPEN, counting
from cluejudge.store.records import Answer, Case, Decision, Review
from cluejudge.verdict import Outcome, RuleOutcome, Verdict

AGREEING = {
    Outcome.UNSAFE: "it is unsafe",
    Outcome.SAFE: "it is safe",
    Outcome.ABSTAIN: "it cannot be decided",
    Outcome.ERROR: "it could not be judged",
}
"""What agreeing with each outcome says."""

ANSWERED = {Answer.AGREE: "agreed", Answer.OVERRULE: "overruled", Answer.SKIP: "skipped"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One outcome that a rule can be set to."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RulePanel:
    """A rule with its evidence, and what a reviewer may say of it."""

    place: int
    rule_id: str
    outcome: str
    evidence: Html
    choices: tuple[Choice, ...]
    reason: str
    changed: bool
    told: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A review that was given before."""

    reviewer: str
    at: str
    answer: str
    outcome: str
    changes: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """A decision as its page shows it."""

    id: str
    name: str
    outcome: str
    said: str
    agreeing: str
    told: tuple[RulePanel, ...]
    others: tuple[RulePanel, ...]
    others_tally: str
    open_rules: int
    shots: tuple[Shot, ...]
    pictures_kept: bool
    unreadable: bool
    fault: str
    facts: tuple[tuple[str, str], ...]
    earlier: tuple[Earlier, ...]
    stands: str
    no_case: str
    case: str
    filled: Filled

    @property
    def panels(self) -> tuple[RulePanel, ...]:
        """All rules in the order of the page."""
        return (*self.told, *self.others)


def item_view(
    decision: Decision,
    album: Album,
    reviews: Sequence[Review] = (),
    filled: Filled | None = None,
    case: Case | None = None,
) -> ItemView:
    """The page of `decision`, with the pictures of its image and the `case` that it is by now."""
    verdict = decision.verdict
    filled = filled or Filled()
    panels = [_panel(place, verdict, filled) for place in range(len(verdict.rules))]
    others = [panel for panel in panels if not panel.told]
    earlier = tuple(_earlier(review) for review in reviews)
    return ItemView(
        id=decision.id,
        name=one_line(verdict.image) or decision.id,
        outcome=verdict.outcome,
        said=said(verdict) or _plainly(verdict),
        agreeing=AGREEING[verdict.outcome],
        told=tuple(panel for panel in panels if panel.told),
        others=tuple(others),
        others_tally=_tally(others),
        open_rules=sum(finding.outcome in OPEN for finding in verdict.rules),
        shots=shots(verdict, album.pictures),
        pictures_kept=bool(album.pictures),
        unreadable=_unreadable(decision),
        fault=album.fault,
        facts=tuple((name, value) for name, value in _facts(decision) if value),
        earlier=earlier,
        stands=stands(reviews),
        no_case=_no_case(decision, album),
        case=case.expected_outcome if case else "",
        filled=filled,
    )


def _panel(place: int, verdict: Verdict, filled: Filled) -> RulePanel:
    finding = verdict.rules[place]
    chosen = filled.chosen.get(place)
    told = is_told(finding)
    reason = filled.reasons.get(place, "")
    return RulePanel(
        place=place,
        rule_id=one_line(finding.rule_id),
        outcome=_words(finding.outcome),
        evidence=rule(finding, verdict.method.debias, open_=told or chosen is not None),
        choices=(
            Choice("", f"{_words(finding.outcome)}, as judged", chosen is None),
            *(Choice(one, _words(one), one is chosen) for one in choices(finding)),
        ),
        reason=reason,
        changed=chosen is not None,
        told=told or finding.outcome in OPEN,
    )


def _tally(panels: Sequence[RulePanel]) -> str:
    outcomes = [panel.outcome for panel in panels]
    return ", ".join(f"{outcomes.count(one)} {one}" for one in dict.fromkeys(outcomes))


def _facts(decision: Decision) -> Iterator[tuple[str, str]]:
    verdict = decision.verdict
    yield "decision", decision.id
    yield "judged", shown_time(decision.at)
    yield "asked by", decision.key
    yield "came as", decision.source
    yield "took", f"{decision.took_ms:,} ms"
    yield "entry of the log", str(decision.seq)
    yield "first judged as", decision.reused_from
    yield "version in the store", f"{decision.constitution}, version {decision.version}"
    yield "fingerprint", decision.fingerprint
    if verdict.record is None:
        yield "sha256", decision.sha256
    yield from facts(verdict)


def _earlier(review: Review) -> Earlier:
    return Earlier(
        reviewer=review.reviewer,
        at=shown_time(review.at),
        answer=ANSWERED[review.answer],
        outcome=review.outcome,
        changes=_changes(review),
        note=review.note,
    )


def _changes(review: Review) -> tuple[str, ...]:
    """What was overruled; rules of one outcome for one reason together."""
    together: dict[tuple[str, str], list[str]] = {}
    for override in review.overrides:
        together.setdefault((override.outcome, override.reason), []).append(override.rule_id)
    return tuple(
        f"{', '.join(rules)} should be {outcome}: {reason}"
        for (outcome, reason), rules in together.items()
    )


def stands(reviews: Sequence[Review]) -> str:
    """The outcome by the last word of a reviewer who overruled it; empty if there is none."""
    last = counting(reviews)
    return last.outcome if last and last.answer is Answer.OVERRULE else ""


def last_word(reviews: Sequence[Review]) -> Review | None:
    """The newest review, of those the oldest first; one that skips only where all of them do."""
    return counting(reviews) or next(reversed(reviews), None)


def _unreadable(decision: Decision) -> bool:
    """Whether there was never a picture: nothing came, or nothing that can be read."""
    verdict = decision.verdict
    return verdict.outcome is Outcome.ERROR and verdict.record is None


def _no_case(decision: Decision, album: Album) -> str:
    """Why this image cannot be a regression case; empty if it can."""
    if _unreadable(decision) or album.fault:
        return "A regression case needs an image that can be read."
    if not album.pictures:
        return "A regression case needs the image, and it is not kept."
    return ""


def _plainly(verdict: Verdict) -> str:
    return "Violates no rule." if verdict.outcome is Outcome.SAFE else ""


def _words(outcome: RuleOutcome) -> str:
    return outcome.replace("_", " ")


def shown_time(at: str, *, seconds: bool = True) -> str:
    """A time of the record, as `2026-11-22 18:04:05 UTC` or without its seconds."""
    return f"{at[: 19 if seconds else 16].replace('T', ' ')} UTC"
