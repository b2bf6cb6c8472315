from __future__ import annotations

import pytest

from cluejudge.store.figures import PairFigures, ReviewerFigures, RuleFigures
from cluejudge.store.records import Answer
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome, RuleOutcome
from tests.store.reviewing import overrule, record, say, unsafe

VIOLATED, CLEARED, UNSURE = RuleOutcome.VIOLATED, RuleOutcome.CLEARED, RuleOutcome.UNSURE


def test_without_reviews_there_are_no_rates(store: Store) -> None:
    unsafe(store)
    figures = store.figures()
    assert (figures.reviewed, figures.rules, figures.reviewers, figures.pairs) == (0, (), (), ())
    assert figures.agreed_rate is None
    assert figures.same_rate is None


def test_a_rule_is_confirmed_overturned_or_missed(store: Store) -> None:
    for _ in range(3):
        say(store, unsafe(store, "knives", "guns"), "ana")
    overrule(store, unsafe(store, "knives", "guns"), "ana", {"knives": CLEARED}, Outcome.UNSAFE)
    safe = record(store, Outcome.SAFE, {"knives": CLEARED, "guns": CLEARED})
    overrule(store, safe, "ana", {"guns": VIOLATED}, Outcome.UNSAFE)
    doubt = record(store, Outcome.ABSTAIN, {"knives": UNSURE, "guns": CLEARED})
    overrule(store, doubt, "ana", {"knives": CLEARED}, Outcome.SAFE)
    figures = store.figures()
    assert (figures.reviewed, figures.agreed, figures.overruled) == (6, 3, 3)
    assert figures.agreed_rate == 0.5
    guns, knives = figures.rules
    assert guns == RuleFigures("guns", confirmed=4, overturned=0, missed=1)
    assert knives == RuleFigures("knives", confirmed=3, overturned=1, missed=0)
    assert knives.overturned_rate == 0.25
    assert guns.missed_rate == pytest.approx(0.2)
    assert RuleFigures("blood").overturned_rate is None
    assert RuleFigures("blood").missed_rate is None


def test_the_newest_review_of_a_decision_counts(store: Store) -> None:
    decision = unsafe(store)
    say(store, decision, "ana")
    overrule(store, decision, "ana", {"knives": CLEARED}, Outcome.SAFE)
    figures = store.figures()
    assert (figures.reviewed, figures.agreed, figures.overruled) == (1, 0, 1)
    assert figures.rules == (RuleFigures("knives", overturned=1),)
    assert figures.reviewers == (ReviewerFigures("ana", overruled=1),)


def test_skips_are_counted_apart(store: Store) -> None:
    decision = unsafe(store)
    say(store, decision, "ana", Answer.SKIP)
    assert store.figures().reviewed == 0
    assert store.figures().reviewers == (ReviewerFigures("ana", skipped=1),)
    say(store, decision, "ben")
    say(store, decision, "ana")
    figures = store.figures()
    assert figures.reviewed == 1
    assert figures.reviewers == (ReviewerFigures("ana", agreed=1), ReviewerFigures("ben", agreed=1))


def test_two_reviewers_agree_if_they_leave_the_same_rules_violated(store: Store) -> None:
    alike, apart, inside = (unsafe(store, "knives", "guns") for _ in range(3))
    for reviewer in ("ben", "ana"):
        say(store, alike, reviewer)
        overrule(
            store,
            apart,
            reviewer,
            {"knives" if reviewer == "ana" else "guns": CLEARED},
            Outcome.UNSAFE,
        )
    say(store, inside, "ana")
    say(store, inside, "eva")
    say(store, unsafe(store), "ana")
    figures = store.figures()
    assert figures.pairs == (
        PairFigures(("ana", "ben"), both=2, same=1),
        PairFigures(("ana", "eva"), both=1, same=1),
    )
    assert figures.both == 3
    assert figures.same_rate == pytest.approx(2 / 3)
    assert figures.pairs[0].rate == 0.5


def test_three_reviewers_of_a_decision_are_three_pairs(store: Store) -> None:
    decision = record(store, Outcome.ABSTAIN, {"knives": UNSURE})
    say(store, decision, "ana")
    overrule(store, decision, "ben", {"knives": CLEARED}, Outcome.SAFE)
    overrule(store, decision, "eva", {"knives": CLEARED}, Outcome.SAFE)
    assert [(pair.reviewers, pair.same) for pair in store.figures().pairs] == [
        (("ana", "ben"), 0),
        (("ana", "eva"), 0),
        (("ben", "eva"), 1),
    ]


def test_figures_of_one_constitution(store: Store) -> None:
    say(store, unsafe(store), "ana")
    there = unsafe(store, constitution="homes")
    overrule(store, there, "ben", {"knives": CLEARED}, Outcome.SAFE)
    figures = store.figures("homes")
    assert (figures.reviewed, figures.overruled) == (1, 1)
    assert [each.reviewer for each in figures.reviewers] == ["ben"]
    assert figures.rules == (RuleFigures("knives", overturned=1),)
    assert store.figures("none") == store.figures("\x00")
