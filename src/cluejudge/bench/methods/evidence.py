"""From a verdict with its evidence to a prediction with its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from cluejudge.bench.predictions import AtomRow, CostRow, Prediction, RuleRow
from cluejudge.verdict import Answer, AtomFinding, RuleFinding, RuleOutcome, Stage, Verdict

_STEEPNESS = 4.0
_VISIBLE = 1 / (1 + math.exp(-_STEEPNESS / 2))  # where a position is on its upper bound
_UNDER_HALF = 0.49


def prediction(id_: str, verdict: Verdict, seconds: float = 0.0) -> Prediction:
    """What `verdict` says of the sample `id_`, which took `seconds`."""
    atoms = tuple(row for rule in verdict.rules for row in _atoms(rule))
    return Prediction(
        id=id_,
        outcome=verdict.outcome,
        violated=verdict.violated,
        score=score(verdict.rules),
        rules=tuple(_rule(rule) for rule in verdict.rules),
        atoms=atoms,
        cost=CostRow(
            asks=verdict.cost.asks,
            passes=verdict.cost.asks - _unseen(verdict),
            reasonings=verdict.cost.reasonings,
            reasoning_tokens=verdict.cost.reasoning_tokens,
            seconds=max(0.0, seconds),
        ),
        reason=verdict.reason,
        evidence="; ".join(_rationales(verdict.rules)),
    )


def score(rules: Iterable[RuleFinding]) -> float | None:
    """How unsafe the image looks, in (0, 1), or 0 if no rule is relevant: no probability.

    The largest over the rules of the least over their groups of the largest over the group's
    atoms of `position`, for a negated atom 1 less that. Unsafe images have at least 1/2, safe ones
    less. What was not scored is left out; None if nothing was.
    """
    found = [value for rule in rules if (value := _rule_score(rule)) is not None]
    return max(found) if found else None


def position(atom: AtomFinding) -> float | None:
    """Where the content's debiased score lies between its bounds; None if it has none.

    1/2 in the middle of the two, 0.12 on the lower, 0.88 on the upper: the logistic of four times
    the distance from the middle in widths. Where the bounds are one, the distance from it plus
    1/2: P(Yes) itself for a plain threshold. What the region or the reasoning decided lies at
    least on the bound that it would have passed, and what was taken for not visible because
    nothing decided lies under 1/2.
    """
    scores = atom.scores
    if scores.debiased is None or scores.low is None or scores.high is None:
        return None
    width = scores.high - scores.low
    if width > 0:
        middle = (scores.low + scores.high) / 2
        place = _logistic(_STEEPNESS * (scores.debiased - middle) / width)
    else:
        place = min(1.0, max(0.0, 0.5 + scores.debiased - scores.low))
    visible = (atom.answer is Answer.YES) != atom.negated
    if atom.decided_by in {Stage.REGION, Stage.REASONING}:
        return max(place, _VISIBLE) if visible else min(place, 1 - _VISIBLE)
    if atom.decided_by is Stage.DEFAULT and not visible:
        return min(place, _UNDER_HALF)
    return place


def _logistic(value: float) -> float:
    # Beyond 700 an exponential overflows.
    return 1 / (1 + math.exp(-min(700.0, max(-700.0, value))))


def _rule_score(rule: RuleFinding) -> float | None:
    if rule.outcome is RuleOutcome.IRRELEVANT:
        return 0.0
    groups = [[_holding(atom) for atom in group] for group in rule.groups]
    known = [[value for value in group if value is not None] for group in groups]
    return min((max(group) for group in known if group), default=None)


def _holding(atom: AtomFinding) -> float | None:
    place = position(atom)
    return 1 - place if place is not None and atom.negated else place


def _rule(rule: RuleFinding) -> RuleRow:
    return RuleRow(
        rule=rule.rule_id,
        outcome=rule.outcome,
        relevance=rule.relevance,
        relevance_bound=rule.relevance_bound,
        view=rule.view,
    )


def _atoms(rule: RuleFinding) -> Iterator[AtomRow]:
    """The atoms of a rule; those that were never asked about tell nothing, and are left out."""
    for place, group in enumerate(rule.groups):
        for atom in group:
            if atom.decided_by is not Stage.NOT_NEEDED or atom.scores.image is not None:
                yield _atom(rule.rule_id, place, atom)


def _atom(rule: str, group: int, atom: AtomFinding) -> AtomRow:
    scores = atom.scores
    return AtomRow(
        rule=rule,
        group=group,
        text=atom.text,
        negated=atom.negated,
        answer=atom.answer,
        stage=atom.decided_by,
        image=scores.image,
        prior=scores.prior,
        debiased=scores.debiased,
        low=scores.low,
        high=scores.high,
        without_region=scores.without_region,
        reasoning=scores.reasoning,
        label_mass=scores.label_mass,
        box=atom.box,
    )


def _unseen(verdict: Verdict) -> int:
    """How many of the questions were put without a picture: one for each content with a prior."""
    contents = (
        {
            atom.text
            for rule in view.rules
            for group in rule.groups
            for atom in group
            if atom.scores.prior is not None
        }
        for view in verdict.views
    )
    return sum(map(len, contents))


def _rationales(rules: Iterable[RuleFinding]) -> Iterator[str]:
    for rule in rules:
        for group in rule.groups:
            for atom in group:
                if atom.rationale:
                    yield f"{rule.rule_id}, {atom.text}: {atom.rationale}"
