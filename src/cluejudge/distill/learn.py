"""What is learnt of each rule, before it is known how far that may be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cluejudge.compiled import CompiledRule
from cluejudge.digest import rule_digest
from cluejudge.distill.bands import CLEARED, VIOLATED, States, most_wrong
from cluejudge.distill.heads import Basis, Fitted, fit_head, learnable
from cluejudge.distill.pictures import Pictures
from cluejudge.distill.settings import DistillSettings
from cluejudge.student.card import Head, HeadKind


@dataclass(frozen=True, eq=False, slots=True)
class Taught:
    """The pictures that heads are fitted on, and what of them regressions see."""

    pictures: Pictures
    bases: tuple[Basis, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """A rule as it was learnt, number `rule` of all; `fitted` is there for kind `trained`."""

    rule: int
    head: Head
    fitted: Fitted | None = None


def learn(
    rule: CompiledRule, place: int, taught: Taught, every: States, settings: DistillSettings
) -> Trained:
    """A rule, number `place` of all.

    `every` is what the judge made of it, on the pictures that bounds are fitted on too.
    """
    head = Head(
        rule_id=rule.id,
        rule=rule_digest(rule),
        kind=HeadKind.NONE,
        labelled=int((every >= 0).sum()),
        violated=int((every == VIOLATED).sum()),
    )
    if head.violated < settings.min_violations:
        return Trained(place, _rare(head, every, settings))
    states = taught.pictures.states[:, place]
    if not learnable(states, taught.pictures.image):
        fewer = (states == VIOLATED).sum() <= (states == CLEARED).sum()
        word = "violations" if fewer else "pictures without one"
        reason = f"there are too few {word} among those that it is learnt from"
        return Trained(place, head.model_copy(update={"reason": reason}))
    fitted = fit_head(taught.bases, states, taught.pictures.image)
    if fitted is None:
        reason = "the encoder's vectors do not tell its violations from the rest"
        return Trained(place, head.model_copy(update={"reason": reason}))
    return Trained(place, head.model_copy(update={"kind": HeadKind.TRAINED}), fitted)


def _rare(head: Head, states: States, settings: DistillSettings) -> Head:
    """A rule with too few violations to learn: never cleared, unless that is asked for and safe."""
    few = f"{head.violated} violations are too few to learn from"
    wrong = np.array([(states != CLEARED).sum()])
    rate = float(most_wrong(wrong, np.array([len(states)]), settings.confidence)[0])
    if not settings.clear_rare:
        return head.model_copy(update={"reason": few})
    if rate > settings.risk:
        more = f"{few}, and up to {rate:.1%} of pictures may violate it, over {settings.risk:.1%}"
        return head.model_copy(update={"reason": more})
    update = {"kind": HeadKind.RARE, "rate": rate, "low": rate, "reason": few}
    return head.model_copy(update=update)
