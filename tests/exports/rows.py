"""Decisions to export, made of a verdict with one box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluejudge.exports.rows import Row
from cluejudge.image import ImageRecord
from cluejudge.store.records import Answer, Decision, Review, RuleOverride
from cluejudge.verdict import (
    Answer as Holds,
)
from cluejudge.verdict import (
    AtomFinding,
    AtomScores,
    EvidenceBox,
    Outcome,
    RuleFinding,
    RuleOutcome,
    Stage,
    Verdict,
    ViewVerdict,
)
from tests.store.drafts import draft, rule

FIRE, FLAG = "fire", "flag"
BOX = EvidenceBox(left=20, top=10, right=60, bottom=40, score=0.8, words=("person",))
SEEN = AtomFinding(
    text="a person on fire",
    answer=Holds.YES,
    decided_by=Stage.PRIOR,
    scores=AtomScores(debiased=0.9),
    box=BOX,
    rationale="John Smith is burning.",
)
ABSENT = AtomFinding(
    text="a fire engine", negated=True, answer=Holds.YES, decided_by=Stage.PRIOR, box=BOX
)


def record(frames: int = 1) -> ImageRecord:
    return ImageRecord(
        sha256="a" * 64, phash="0" * 16, format="PNG", bytes=9, width=200, height=100, frames=frames
    )


def fire(outcome: RuleOutcome = RuleOutcome.VIOLATED, view: str = "whole") -> RuleFinding:
    found = rule(FIRE, outcome)
    return found.model_copy(update={"groups": ((SEEN,), (ABSENT,)), "view": view})


def row(
    outcome: Outcome,
    *rules: RuleFinding,
    review: Review | None = None,
    categories: Mapping[str, tuple[str, ...]] | None = None,
    verdict: Mapping[str, Any] | None = None,
) -> Row:
    """A decision with this verdict; by default the image was read, and has one frame."""
    told = Verdict(
        image="secret-name.png",
        outcome=outcome,
        rules=rules,
        violated=tuple(one.rule_id for one in rules if one.outcome is RuleOutcome.VIOLATED),
        record=record(),
        views=(ViewVerdict(view="whole", outcome=outcome, rules=rules),),
    ).model_copy(update=dict(verdict or {}))
    made = draft(name="secret-name.png", key="secret-key").model_copy(update={"verdict": told})
    decision = Decision(**dict(made), seq=1, at="2026-03-04T05:06:07.000000Z")
    return Row(decision, (review,) if review else (), categories or {})


def review(answer: Answer, outcome: Outcome, **overrides: RuleOutcome) -> Review:
    return Review(
        id="rev_1",
        seq=2,
        at="2026-04-05T00:00:00.000000Z",
        decision_id="dec_1",
        reviewer="secret-reviewer",
        answer=answer,
        outcome=outcome,
        overrides=tuple(
            RuleOverride(rule_id=name, outcome=said, reason="secret reason")
            for name, said in overrides.items()
        ),
        note="secret note",
    )


def unsafe(**more: Any) -> Row:
    """Fire was found, no flag."""
    return row(Outcome.UNSAFE, fire(), rule(FLAG, RuleOutcome.CLEARED), **more)


def safe(**more: Any) -> Row:
    found = fire(RuleOutcome.CLEARED)
    return row(Outcome.SAFE, found, rule(FLAG, RuleOutcome.CLEARED), **more)


def abstained(**more: Any) -> Row:
    found = fire(RuleOutcome.UNSURE)
    return row(Outcome.ABSTAIN, found, rule(FLAG, RuleOutcome.CLEARED), **more)


def failed(**more: Any) -> Row:
    return row(Outcome.ERROR, verdict={"record": None, "views": ()}, **more)
