"""Which images are on the contact sheet: the same ones whoever asks, evenly over the rules."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cluejudge.verdict import Outcome

SHARE_OF_ABSTAINED = 0.25
"""So much of the sheet is left to those that abstained, if there are so many."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A row to show: its place in the batch, its digest, and how many rows have the same bytes."""

    shard: int
    row: int
    sha256: str
    copies: int = 1


@dataclass(slots=True)
class Lowest:
    """The `most` images with the lowest digests of all that were added: an even sample.

    Of rows with the same bytes the first stands for all.
    """

    most: int
    _kept: dict[int, Pick] = field(default_factory=dict)
    _highest: list[int] = field(default_factory=list)

    def add(self, pick: Pick) -> None:
        """Considers one row."""
        key = int(pick.sha256, 16)
        known = self._kept.get(key)
        if known is not None:
            self._kept[key] = replace(known, copies=known.copies + 1)
            return
        if len(self._kept) < self.most:
            heapq.heappush(self._highest, -key)
        else:
            gone = -heapq.heappushpop(self._highest, -key)
            if gone == key:
                return
            del self._kept[gone]
        self._kept[key] = pick

    def picks(self) -> list[Pick]:
        """The lowest first."""
        return [self._kept[key] for key in sorted(self._kept)]


@dataclass(slots=True)
class Strata:
    """A sample for each of several names, of which images are taken in turn."""

    most: int
    _samples: dict[str, Lowest] = field(default_factory=dict)

    def add(self, names: Iterable[str], pick: Pick) -> None:
        """Considers one row under each of its names."""
        for name in names:
            if name not in self._samples:
                self._samples[name] = Lowest(self.most)
            self._samples[name].add(pick)

    def picks(self) -> Iterator[Pick]:
        """Of each name in turn the lowest that is not taken yet; each image once."""
        waiting = [self._samples[name].picks() for name in sorted(self._samples)]
        taken: set[str] = set()
        for place in range(max(map(len, waiting), default=0)):
            for picks in waiting:
                if place < len(picks) and picks[place].sha256 not in taken:
                    taken.add(picks[place].sha256)
                    yield picks[place]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may be shown, and the names it counts under: rules, or why it abstained."""

    outcome: Outcome
    names: Sequence[str]
    pick: Pick


def chosen(candidates: Iterable[Candidate], most: int) -> Mapping[Outcome, tuple[Pick, ...]]:
    """At most `most` images that are unsafe or abstained, unsafe ones first."""
    strata = {outcome: Strata(most) for outcome in (Outcome.UNSAFE, Outcome.ABSTAIN)}
    for candidate in candidates:
        strata[candidate.outcome].add(candidate.names, candidate.pick)
    unsafe, abstained = (list(strata[outcome].picks()) for outcome in strata)
    left = min(len(abstained), max(most - len(unsafe), int(most * SHARE_OF_ABSTAINED)))
    return {
        Outcome.UNSAFE: tuple(unsafe[: most - left]),
        Outcome.ABSTAIN: tuple(abstained[:left]),
    }
