"""The rules of the `pictogram` constitution as facts: what the scene maker violates or misses.

The constitution that the judge reads is `constitutions/pictogram.yaml`; a test holds the two
against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.scenes.facts import AtLeast, Literal, Not, State, Things, Touch, Visible

Group = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class SceneRule:
    """A rule as a chain of groups; it is violated when every group holds."""

    id: str
    chain: tuple[Group, ...]

    def failing(self, things: Things) -> list[int]:
        """The groups that do not hold."""
        return [
            index
            for index, group in enumerate(self.chain)
            if not any(literal.holds(things) for literal in group)
        ]

    def violated(self, things: Things) -> bool:
        """Whether every group holds."""
        return not self.failing(things)


def _visible(*terms: str) -> Group:
    return tuple(Visible(term) for term in terms)


def _without(term: str) -> Group:
    return (Not(Visible(term)),)


RULES: dict[str, SceneRule] = {
    rule.id: rule
    for rule in (
        SceneRule(
            "burning-being",
            (
                (State("person", "on_fire"), State("animal", "on_fire")),
                _without("fire_engine"),
            ),
        ),
        SceneRule("underage-alcohol", (_visible("baby"), _visible("alcohol"))),
        SceneRule(
            "blade-attack",
            (
                (Touch("knife", "person"), Touch("axe", "person")),
                (State("person", "bleeding"),),
            ),
        ),
        SceneRule("bomb-crowd", (_visible("bomb"), (AtLeast("person", 2),))),
        SceneRule("shared-bed", ((AtLeast("person", 2),), (State("person", "in_bed"),))),
        SceneRule(
            "unattended-medicine",
            (_visible("pill", "syringe"), _visible("baby"), _without("doctor")),
        ),
        SceneRule(
            "hunting",
            (_visible("bow", "knife", "axe"), (State("animal", "bleeding"),)),
        ),
        SceneRule(
            "arson",
            (
                (State("house", "on_fire"), State("car", "on_fire"), State("tree", "on_fire")),
                _visible("person"),
                _without("fire_engine"),
            ),
        ),
        SceneRule("passive-smoking", (_visible("cigarette"), _visible("baby", "animal"))),
        SceneRule(
            "gambling",
            (_visible("die", "slot_machine"), _visible("money"), _visible("person")),
        ),
        SceneRule(
            "drink-driving",
            (_visible("car", "bicycle"), (Touch("alcohol", "person"),)),
        ),
        SceneRule(
            "baby-in-danger",
            ((Touch("weapon", "baby"), Touch("cigarette", "baby")), _without("police_officer")),
        ),
        SceneRule("untreated-injury", ((State("person", "bleeding"),), _without("doctor"))),
        SceneRule(
            "rowdy-party",
            (
                _visible("alcohol"),
                (AtLeast("person", 3),),
                _visible("baby"),
                _without("police_officer"),
            ),
        ),
    )
}
