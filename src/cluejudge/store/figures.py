"""How often reviewers agree: with the judge, for each rule, and with one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection, select

from cluejudge.store.database import Database, holdable
from cluejudge.store.records import Answer
from cluejudge.store.tables import decisions, overrides, reviews, violations
from cluejudge.verdict import RuleOutcome


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What became of one rule in the reviewed decisions.

    The verdict had it violated, and it was `confirmed` or `overturned`; or the verdict had it not
    violated or open, and it was `missed`.
    """

    rule_id: str
    confirmed: int = 0
    overturned: int = 0
    missed: int = 0

    @property
    def overturned_rate(self) -> float | None:
        """The share of its violations that were overturned, in [0, 1]; None if it had none."""
        return _rate(self.overturned, self.confirmed + self.overturned)

    @property
    def missed_rate(self) -> float | None:
        """The share of its true violations that were missed, in [0, 1]; None if it had none.

        Among what was reviewed: violations in what nobody looked at are in no figure.
        """
        return _rate(self.missed, self.confirmed + self.missed)


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """What one reviewer said: decisions by their last word on each, and the skipped ones."""

    reviewer: str
    agreed: int = 0
    overruled: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class PairFigures:
    """How two reviewers, in the order of their names, judged what both reviewed.

    `same` is how often they left the same rules violated and came to the same outcome.
    """

    reviewers: tuple[str, str]
    both: int
    same: int

    @property
    def rate(self) -> float:
        """The share of `same`, in [0, 1]."""
        return self.same / self.both


@dataclass(frozen=True, slots=True)
class Figures:
    """What reviews say of the judge. Of several reviews of a decision the newest counts.

    `reviewed` is `agreed` and `overruled`; skips are none of them. `both` counts, over all pairs
    of reviewers, the decisions that both reviewed, and `same` those they saw alike.
    """

    reviewed: int
    agreed: int
    overruled: int
    rules: tuple[RuleFigures, ...]
    reviewers: tuple[ReviewerFigures, ...]
    pairs: tuple[PairFigures, ...]

    @property
    def agreed_rate(self) -> float | None:
        """The share of the reviewed decisions that reviewers agreed with; None if none was."""
        return _rate(self.agreed, self.reviewed)

    @property
    def both(self) -> int:
        """How many pairs of reviews of one decision by two reviewers there are."""
        return sum(pair.both for pair in self.pairs)

    @property
    def same_rate(self) -> float | None:
        """The share of those pairs that say the same; None if there is none."""
        return _rate(sum(pair.same for pair in self.pairs), self.both)


@dataclass(frozen=True, slots=True)
class _Word:
    """A reviewer's last word on a decision, and where it stands in the log."""

    seq: int
    reviewer: str
    decision_id: str
    answer: str
    outcome: str
    overrides: tuple[tuple[str, str], ...]


def figures(database: Database, constitution: str | None = None) -> Figures:
    """The figures over all decisions, or over those by one constitution."""
    if constitution is not None and not holdable(constitution):
        return _figures((), {})
    with database.reading() as connection:
        return _figures(_words(connection, constitution), _violated(connection))


def _words(connection: Connection, constitution: str | None) -> list[_Word]:
    query = select(overrides.c.review_id, overrides.c.rule_id, overrides.c.outcome)
    overridden = defaultdict(list)
    for row in connection.execute(query.order_by(overrides.c.rule_id)):
        overridden[row.review_id].append((row.rule_id, row.outcome))
    words = select(reviews).join(decisions).order_by(reviews.c.seq)
    if constitution is not None:
        words = words.where(decisions.c.constitution == constitution)
    return [
        _Word(
            row.seq,
            row.reviewer,
            row.decision_id,
            row.answer,
            row.outcome,
            tuple(overridden.get(row.id, ())),
        )
        for row in connection.execute(words)
    ]


def _violated(connection: Connection) -> dict[str, set[str]]:
    """The violated rules of each decision that was reviewed."""
    query = select(violations.c.decision_id, violations.c.rule_id).where(
        violations.c.decision_id.in_(select(reviews.c.decision_id))
    )
    violated: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        violated[row.decision_id].add(row.rule_id)
    return violated


def _figures(words: Sequence[_Word], violated: dict[str, set[str]]) -> Figures:
    last: dict[tuple[str, str], _Word] = {}
    final: dict[str, _Word] = {}
    skips = {(word.decision_id, word.reviewer) for word in words if word.answer == Answer.SKIP}
    for word in words:
        if word.answer != Answer.SKIP:
            last[word.decision_id, word.reviewer] = word
            final[word.decision_id] = word
    answers = Counter(word.answer for word in final.values())
    return Figures(
        reviewed=len(final),
        agreed=answers[Answer.AGREE],
        overruled=answers[Answer.OVERRULE],
        rules=_rules(final.values(), violated),
        reviewers=_reviewers(last.values(), [reviewer for _, reviewer in skips - last.keys()]),
        pairs=_pairs(last.values(), violated),
    )


def _rules(final: Iterable[_Word], violated: dict[str, set[str]]) -> tuple[RuleFigures, ...]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for word in final:
        found, true = violated.get(word.decision_id, set()), _true(word, violated)
        for rule in found | true:
            what = "missed" if rule not in found else "confirmed" if rule in true else "overturned"
            counted[rule][what] += 1
    return tuple(RuleFigures(rule, **counted[rule]) for rule in sorted(counted))


def _reviewers(last: Iterable[_Word], skips: Iterable[str]) -> tuple[ReviewerFigures, ...]:
    said = {Answer.AGREE: "agreed", Answer.OVERRULE: "overruled"}
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for word in last:
        counted[word.reviewer][said[Answer(word.answer)]] += 1
    for reviewer in skips:
        counted[reviewer]["skipped"] += 1
    return tuple(ReviewerFigures(name, **counted[name]) for name in sorted(counted))


def _pairs(last: Iterable[_Word], violated: dict[str, set[str]]) -> tuple[PairFigures, ...]:
    of_decision: dict[str, list[_Word]] = defaultdict(list)
    for word in last:
        of_decision[word.decision_id].append(word)
    both: Counter[tuple[str, str]] = Counter()
    same: Counter[tuple[str, str]] = Counter()
    for words in of_decision.values():
        for one, other in combinations(sorted(words, key=lambda word: word.reviewer), 2):
            pair = (one.reviewer, other.reviewer)
            both[pair] += 1
            alike = _true(one, violated) == _true(other, violated)
            same[pair] += alike and one.outcome == other.outcome
    return tuple(PairFigures(pair, both[pair], same[pair]) for pair in sorted(both))


def _true(word: _Word, violated: dict[str, set[str]]) -> set[str]:
    """The rules that are violated by this word."""
    rules = set(violated.get(word.decision_id, ()))
    for rule, outcome in word.overrides:
        (rules.add if outcome == RuleOutcome.VIOLATED else rules.discard)(rule)
    return rules


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
