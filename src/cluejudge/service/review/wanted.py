"""Which decisions a reviewer wants to see, in the query of the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from cluejudge.store.records import DecisionFilter, QueueFilter
from cluejudge.verdict import Outcome

DOUBTFUL = (Outcome.ABSTAIN, Outcome.UNSAFE, Outcome.ERROR)
SAMPLE = "sample"
PAGE = 50
_LONGEST = 255
_SEQ = re.compile(r"[1-9][0-9]{0,17}")

Query = ImmutableMultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The outcomes to review, whether a sample of the safe ones too, and of which rules."""

    outcomes: tuple[Outcome, ...] = DOUBTFUL
    sample: bool = True
    constitution: str = ""
    rule: str = ""

    @property
    def query(self) -> str:
        """As the query of an address; empty for what is wanted anyway."""
        pairs: list[tuple[str, str]] = []
        if (self.outcomes, self.sample) != (DOUBTFUL, True):
            pairs += [("want", outcome) for outcome in self.outcomes]
            pairs += [("want", SAMPLE)] if self.sample else []
        pairs += [("constitution", self.constitution)] if self.constitution else []
        pairs += [("rule", self.rule)] if self.rule else []
        return urlencode(pairs)

    def filter(self, share: float) -> QueueFilter:
        """As the store takes it; `share` of the safe ones is the sample."""
        return QueueFilter(
            outcomes=self.outcomes,
            sample=share if self.sample else 0.0,
            constitution=self.constitution,
            rule=self.rule,
        )


def wanted(query: Query) -> Wanted:
    """What the query of a page or the fields of a form ask for; unknown words count for nothing."""
    words = query.getlist("want")
    constitution, rule = _short(query, "constitution"), _short(query, "rule")
    outcomes = tuple(outcome for outcome in DOUBTFUL if outcome in words)
    if not outcomes and SAMPLE not in words:
        return Wanted(constitution=constitution, rule=rule)
    return Wanted(outcomes, SAMPLE in words, constitution, rule)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which decisions of the record are listed."""

    outcome: Outcome | None = None
    reviewed: bool | None = None
    constitution: str = ""
    rule: str = ""
    before: int | None = None

    @property
    def query(self) -> str:
        """As the query of an address, without the place in the list."""
        reviewed = {None: "", True: "yes", False: "no"}[self.reviewed]
        pairs = {
            "outcome": self.outcome or "",
            "reviewed": reviewed,
            "constitution": self.constitution,
            "rule": self.rule,
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    @property
    def filter(self) -> DecisionFilter:
        """As the store takes it."""
        return DecisionFilter(
            outcomes=(self.outcome,) if self.outcome else (),
            reviewed=self.reviewed,
            constitution=self.constitution,
            rule=self.rule,
            before=self.before,
            limit=PAGE,
        )


def sought(query: Query) -> Sought:
    """What the query of the record's page asks for; unknown words count for nothing."""
    outcome = query.get("outcome", "")
    before = query.get("before", "")
    return Sought(
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        reviewed={"yes": True, "no": False}.get(query.get("reviewed", "")),
        constitution=_short(query, "constitution"),
        rule=_short(query, "rule"),
        before=int(before) if _SEQ.fullmatch(before) else None,
    )


def _short(query: Query, name: str) -> str:
    """A name out of the query, as long as names can be, without what no name holds."""
    return query.get(name, "").replace("\x00", "").strip()[:_LONGEST]
