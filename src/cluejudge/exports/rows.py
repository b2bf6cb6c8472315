"""What an export tells of: a decision with its reviews, and how it stands after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cluejudge.store.overruling import counting, standing
from cluejudge.store.records import Decision, Review
from cluejudge.verdict import Outcome, RuleFinding


@dataclass(frozen=True, slots=True)
class Row:
    """A decision, its reviews (the oldest first), and the categories of its constitution's rules.

    The newest review that is no skip says how the decision stands; without one, the verdict does.
    """

    decision: Decision
    reviews: tuple[Review, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def review(self) -> Review | None:
        """The review that counts."""
        return counting(self.reviews)

    @property
    def outcome(self) -> Outcome:
        """How the decision stands."""
        return standing(self.decision, self.reviews).outcome

    @property
    def violated(self) -> tuple[str, ...]:
        """The ids of the rules that are violated as it stands."""
        return standing(self.decision, self.reviews).violated

    def findings(self) -> tuple[RuleFinding, ...]:
        """What the judge found for the rules that are violated as it stands, the gravest first."""
        order = {rule: place for place, rule in enumerate(self._asked())}
        found = {each.rule_id: each for each in self.decision.verdict.rules}
        there = [found[rule] for rule in self.violated if rule in found]
        return tuple(sorted(there, key=lambda each: order.get(each.rule_id, len(order))))

    def _asked(self) -> list[str]:
        """The rules in the order in which they are asked about: the most severe first."""
        return [rule.rule_id for view in self.decision.verdict.views[:1] for rule in view.rules]
