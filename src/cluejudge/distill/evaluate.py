"""How far a student agrees with its judge, on pictures that nothing was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cluejudge.compiled import CompiledRule
from cluejudge.distill.bands import CLEARED, OPEN, VIOLATED, Counts, Floats, States, most_wrong
from cluejudge.distill.libraries import library
from cluejudge.distill.pictures import Pictures
from cluejudge.distill.report import Agreement, DistillReport, ImageReport, RuleReport
from cluejudge.distill.split import Split
from cluejudge.judge.plan import gravity
from cluejudge.student.card import Head
from cluejudge.student.folder import Learnt
from cluejudge.student.weights import Weights
from cluejudge.verdict import Outcome

_CONFIDENCE = 0.975
"""Of each end of an interval, so that both together make 95%."""


def evaluate(
    learnt: Learnt,
    pictures: Pictures,
    rules: Sequence[CompiledRule],
    rows: int,
    left_out: Mapping[str, int],
) -> DistillReport:
    """The report on a student of `rules`, by the `test` part of `pictures`.

    `rows` is how many rows the run has, and `left_out` how many were of no use, by the reason.
    """
    test = pictures.of(Split.TEST)
    card, weights = learnt.card, learnt.weights
    p = np.stack([weights.probabilities(vector) for vector in test.vectors])
    alike = test.known & _alike(weights, test, card.distance)
    said = np.stack([_said(head, p, alike) for head in card.heads], axis=1)
    return DistillReport(
        student=learnt.digest,
        constitution=card.origin.constitution,
        encoder=card.encoder,
        rows=rows,
        left_out=dict(left_out),
        pictures={split.name.lower(): len(pictures.of(split)) for split in Split},
        strangers=float((~alike).mean()),
        rules=tuple(
            _rule(head, p, test.states[:, place], said[:, place])
            for place, head in enumerate(card.heads)
        ),
        images=_images(test, said, rules),
    )


def agreement(right: int, total: int) -> Agreement:
    """A share with its 95% interval (Clopper and Pearson 1934)."""
    least = 1.0 - _most(total - right, total)
    share = right / total if total else None
    return Agreement(right=right, total=total, share=share, least=least, most=_most(right, total))


def _most(count: int, total: int) -> float:
    if not total:
        return 1.0
    return float(most_wrong(np.array([count]), np.array([total]), _CONFIDENCE)[0])


def _alike(weights: Weights, pictures: Pictures, bound: float) -> NDArray[np.bool_]:
    return np.array([weights.distance(vector) <= bound for vector in pictures.vectors], bool)


def _said(head: Head, p: Floats, alike: NDArray[np.bool_]) -> States:
    """What the student says of one rule on each picture."""
    said = np.full(len(p), OPEN, np.int8)
    value = p[:, head.row] if head.row is not None else np.full(len(p), head.rate or 0.0)
    if head.low is not None:
        said[alike & (value <= head.low)] = CLEARED
    if head.high is not None:
        said[alike & (value >= head.high)] = VIOLATED
    return said


def _rule(head: Head, p: Floats, states: States, said: States) -> RuleReport:
    decided = said != OPEN
    right = int((decided & (said == states)).sum())
    cleared, alarmed = said == CLEARED, said == VIOLATED
    return RuleReport(
        rule_id=head.rule_id,
        kind=head.kind,
        low=head.low,
        high=head.high,
        reason=head.reason,
        labelled=head.labelled,
        violated=head.violated,
        test_violated=int((states == VIOLATED).sum()),
        auroc=_auroc(states, p[:, head.row]) if head.row is not None else None,
        decided=float(decided.mean()),
        agreement=agreement(right, int(decided.sum())),
        cleared=int(cleared.sum()),
        false_clears=int((cleared & (states != CLEARED)).sum()),
        missed=int((cleared & (states == VIOLATED)).sum()),
        called_violated=int(alarmed.sum()),
        false_alarms=int((alarmed & (states != VIOLATED)).sum()),
    )


def _auroc(states: States, p: Floats) -> float | None:
    decided = states != OPEN
    positive = states[decided] == VIOLATED
    if positive.all() or not positive.any():
        return None
    return float(library("sklearn.metrics").roc_auc_score(positive, p[decided]))


def _images(test: Pictures, said: States, rules: Sequence[CompiledRule]) -> ImageReport:
    places, image = np.unique(test.image, return_inverse=True)
    order = sorted(range(len(rules)), key=lambda place: gravity(rules[place]))
    violated = _any(said == VIOLATED, image, len(places))[:, order]
    left_open = _any(said == OPEN, image, len(places))[:, order] & ~violated
    unsafe = violated.any(axis=1)
    clear = ~left_open.any(axis=1)
    decided = clear | (unsafe & (_first(violated) < _first(left_open)))
    judge = np.array([test.outcomes[place] for place in places])
    right = np.where(unsafe, judge == Outcome.UNSAFE, judge == Outcome.SAFE)
    safe = decided & ~unsafe
    return ImageReport(
        images=len(places),
        judged_unsafe=int((judge == Outcome.UNSAFE).sum()),
        decided=float(decided.mean()),
        agreement=agreement(int((decided & right).sum()), int(decided.sum())),
        cascade=agreement(int((~decided | right).sum()), len(places)),
        called_safe=int(safe.sum()),
        false_safe=agreement(int((safe & (judge != Outcome.SAFE)).sum()), int(safe.sum())),
        unsafe_called_safe=int((safe & (judge == Outcome.UNSAFE)).sum()),
        called_unsafe=int((decided & unsafe).sum()),
        false_unsafe=int((decided & unsafe & (judge != Outcome.UNSAFE)).sum()),
    )


def _any(flags: NDArray[np.bool_], image: Counts, count: int) -> NDArray[np.bool_]:
    """For each image whether any of its views has the flag [images, rules]."""
    found = np.zeros((count, flags.shape[1]), bool)
    np.logical_or.at(found, image, flags)
    return found


def _first(flags: NDArray[np.bool_]) -> Counts:
    """The first column that is true [rows]; the number of columns where none is."""
    return np.asarray(np.where(flags.any(axis=1), flags.argmax(axis=1), flags.shape[1]), np.int64)
