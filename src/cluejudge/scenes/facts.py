"""What can be true of a scene: the atoms of the pictogram world, with their words and truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cluejudge.scenes.world import TERMS


@dataclass(frozen=True, slots=True)
class Thing:
    """What a scene says of one object: its concept, its states, and what it touches (by index)."""

    concept: str
    states: frozenset[str] = frozenset()
    touches: frozenset[int] = frozenset()


Things = Sequence[Thing]
NUMBERS = {2: "two", 3: "three", 4: "four"}
STATE_PHRASES = {
    "on_fire": ("{a} on fire", "{a} is on fire", "{a} that is burning"),
    "bleeding": ("{a} bleeding", "{a} is bleeding", "{a} with blood on it"),
    "in_bed": ("{a} in a bed", "{a} is in a bed", "{a} lying in a bed"),
}


def _of(things: Things, term: str) -> list[Thing]:
    members = TERMS[term].members
    return [thing for thing in things if thing.concept in members]


@dataclass(frozen=True, slots=True)
class Visible:
    """At least one of `term` is there."""

    term: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """Ways to say it, the canonical one first."""
        phrase = TERMS[self.term].phrase
        return (phrase, f"{phrase} is visible", f"there is {phrase}")

    @property
    def objects(self) -> tuple[str, ...]:
        """Words for the detector."""
        return (TERMS[self.term].noun,)

    def holds(self, things: Things) -> bool:
        """Whether it is true of a scene."""
        return bool(_of(things, self.term))


@dataclass(frozen=True, slots=True)
class State:
    """At least one of `term` is in `state`: on_fire, bleeding or in_bed."""

    term: str
    state: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """Ways to say it, the canonical one first."""
        return tuple(p.format(a=TERMS[self.term].phrase) for p in STATE_PHRASES[self.state])

    @property
    def objects(self) -> tuple[str, ...]:
        """Words for the detector; a bed is looked for too, for it is no part of who is in it."""
        noun = TERMS[self.term].noun
        return (noun, TERMS["bed"].noun) if self.state == "in_bed" else (noun,)

    def holds(self, things: Things) -> bool:
        """Whether it is true of a scene."""
        return any(self.state in thing.states for thing in _of(things, self.term))


@dataclass(frozen=True, slots=True)
class Touch:
    """One of `term` touches one of `host`."""

    term: str
    host: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """Ways to say it, the canonical one first."""
        one, other = TERMS[self.term].phrase, TERMS[self.host].phrase
        return (f"{one} touching {other}", f"{one} touches {other}")

    @property
    def objects(self) -> tuple[str, ...]:
        """Words for the detector."""
        return (TERMS[self.term].noun, TERMS[self.host].noun)

    def holds(self, things: Things) -> bool:
        """Whether it is true of a scene."""
        hosts = TERMS[self.host].members
        return any(
            things[other].concept in hosts
            for thing in _of(things, self.term)
            for other in thing.touches
        )


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`number` or more of `term` are there."""

    term: str
    number: int

    @property
    def phrases(self) -> tuple[str, ...]:
        """Ways to say it, the canonical one first."""
        word, plural = NUMBERS[self.number], TERMS[self.term].plural
        return (f"{word} or more {plural}", f"at least {word} {plural}")

    @property
    def objects(self) -> tuple[str, ...]:
        """Words for the detector."""
        return (TERMS[self.term].noun,)

    def holds(self, things: Things) -> bool:
        """Whether it is true of a scene."""
        return len(_of(things, self.term)) >= self.number


@dataclass(frozen=True, slots=True)
class Not:
    """`fact` does not hold: a negated atom, as exceptions are written."""

    fact: Visible

    @property
    def phrases(self) -> tuple[str, ...]:
        """Ways to say it, the canonical one first."""
        noun = TERMS[self.fact.term].noun
        return (f"no {noun}", f"no {noun} is visible")

    def holds(self, things: Things) -> bool:
        """Whether it is true of a scene."""
        return not self.fact.holds(things)


Fact = Visible | State | Touch | AtLeast
Literal = Fact | Not
