"""What every method that is a model of its own does around it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.methods.asking import Found
from cluejudge.bench.methods.classifying import (
    AT_ONCE,
    About,
    Classified,
    Seen,
    flagged,
    parts,
)
from cluejudge.bench.predictions import CostRow, RuleRow
from cluejudge.bench.samples import Sample, Truth
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.verdict import Outcome, RuleOutcome
from tests.bench.methods.scripted import Script, animation, grey, missing, sample, samples, setup


class Levels:
    """A picture is as unsafe as it is light; level 13 it cannot look at, and 14 it leaves open."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        self.batches.append(len(pictures))
        levels = [grey(picture) for picture in pictures]
        if 13 in levels:
            raise ModelError("it will not look at that")
        return [self._seen(level) for level in levels]

    @staticmethod
    def _seen(level: int) -> Seen:
        if level == 14:
            return Seen(Found(Outcome.ABSTAIN, reason="hm"), ())
        return Seen(flagged(level / 255, 0.5), ("light",) if level > 127 else (), 2, 5)


def method(classifier: Levels, rules: Sequence[str] | None = ("dark", "light")) -> Classified:
    return Classified(About("levels", "levels", {}), classifier, setup(Script({})), rules)


def test_rules_are_named_in_their_order() -> None:
    (found,) = method(Levels()).predict(samples(200))
    assert found.violated == ("light",)
    assert found.rules == (
        RuleRow(rule="dark", outcome=RuleOutcome.CLEARED),
        RuleRow(rule="light", outcome=RuleOutcome.VIOLATED),
    )
    assert found.cost == CostRow(asks=2, passes=2, reasonings=1, reasoning_tokens=5)


def test_a_picture_that_fails_fails_alone() -> None:
    gone = Sample("gone", missing, Truth(unsafe=True))
    first, failed, unread, last = method(Levels()).predict([*samples(1, 13), gone, *samples(200)])
    assert (first.outcome, last.outcome) == (Outcome.SAFE, Outcome.UNSAFE)
    assert (failed.outcome, failed.reason) == (Outcome.ERROR, "it will not look at that")
    assert {row.outcome for row in failed.rules} == {RuleOutcome.UNSURE}
    assert unread.outcome is Outcome.ERROR
    assert "gone.png" in unread.reason


@pytest.mark.parametrize("score", [math.nan, 1.5, -0.1])
def test_a_score_that_is_none_is_an_error(score: float) -> None:
    class Strange(Levels):
        @staticmethod
        def _seen(level: int) -> Seen:
            return Seen(flagged(score if level == 99 else 0.1, 0.5), ())

    good, strange = method(Strange()).predict(samples(1, 99))
    assert (good.outcome, strange.outcome) == (Outcome.SAFE, Outcome.ERROR)
    assert f"its score is {score}" in strange.reason


def test_what_is_not_told_of_is_not_cleared() -> None:
    about, rules = About("levels", "levels", {}), ("dark", "light")
    one_only = Classified(about, Levels(), setup(Script({})), rules, names_all=False)
    (found,) = one_only.predict(samples(200))
    assert [row.outcome for row in found.rules] == [RuleOutcome.UNSURE, RuleOutcome.VIOLATED]
    (unnamed,) = method(Levels(), ("dark",)).predict(samples(200))
    assert (unnamed.outcome, unnamed.violated) == (Outcome.UNSAFE, ())


def test_what_is_left_open_clears_no_rule() -> None:
    (found,) = method(Levels()).predict(samples(14))
    assert (found.outcome, found.reason, found.violated) == (Outcome.ABSTAIN, "hm", ())
    assert {row.outcome for row in found.rules} == {RuleOutcome.UNSURE}


def test_the_gravest_frame_counts() -> None:
    unsafe, failed = method(Levels(), None).predict(
        [sample("a", animation(1, 13, 200)), sample("b", animation(1, 13, 2))]
    )
    assert (unsafe.outcome, unsafe.violated) == (Outcome.UNSAFE, None)
    assert failed.outcome is Outcome.ERROR


def test_images_are_classified_together_and_none_before_it_is_due() -> None:
    classifier = Levels()
    taken: list[str] = []

    def source() -> object:
        for one in samples(*range(20, 20 + AT_ONCE + 3)):
            taken.append(one.id)
            yield one

    found = method(classifier).predict(source())  # type: ignore[arg-type]
    next(found)
    assert (len(taken), classifier.batches) == (AT_ONCE, [AT_ONCE])
    assert [one.id for one in found] == taken[1:]
    assert classifier.batches == [AT_ONCE, 3]


@given(st.lists(st.integers()), st.integers(1, 5))
def test_parts_are_everything_in_order(items: list[int], size: int) -> None:
    made = list(parts(items, size))
    assert [one for part in made for one in part] == items
    assert all(len(part) == size for part in made[:-1])
