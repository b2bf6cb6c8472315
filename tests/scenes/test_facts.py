from __future__ import annotations

import pytest

from cluejudge.scenes.facts import AtLeast, Literal, Not, State, Thing, Touch, Visible
from cluejudge.scenes.world import CONCEPTS, TERMS

MAN = Thing("man", frozenset({"on_fire"}))
BABY = Thing("baby")
KNIFE = Thing("knife", touches=frozenset({0}))

CASES: tuple[tuple[Literal, bool, str], ...] = (
    (Visible("man"), True, "a man"),
    (Visible("person"), True, "a person"),
    (Visible("animal"), False, "an animal"),
    (Visible("axe"), False, "an axe"),
    (Not(Visible("animal")), True, "no animal"),
    (Not(Visible("person")), False, "no person"),
    (State("person", "on_fire"), True, "a person on fire"),
    (State("baby", "on_fire"), False, "a baby on fire"),
    (State("man", "bleeding"), False, "a man bleeding"),
    (Touch("knife", "man"), True, "a knife touching a man"),
    (Touch("weapon", "person"), True, "a weapon touching a person"),
    (Touch("weapon", "baby"), False, "a weapon touching a baby"),
    (Touch("man", "knife"), False, "a man touching a knife"),
    (AtLeast("person", 2), True, "two or more people"),
    (AtLeast("person", 3), False, "three or more people"),
    (AtLeast("knife", 2), False, "two or more knives"),
)


@pytest.mark.parametrize(("fact", "holds", "phrase"), CASES)
def test_a_fact_has_a_truth_and_words(fact: Literal, holds: bool, phrase: str) -> None:
    assert fact.holds([MAN, BABY, KNIFE]) is holds
    assert fact.phrases[0] == phrase
    assert len(set(fact.phrases)) == len(fact.phrases)


def test_the_detector_looks_for_all_that_a_fact_is_about() -> None:
    assert Visible("fire_engine").objects == ("fire engine",)
    assert State("man", "on_fire").objects == ("man",)
    assert State("man", "in_bed").objects == ("man", "bed")
    assert Touch("alcohol", "person").objects == ("alcoholic drink", "person")
    assert AtLeast("person", 2).objects == ("person",)


def test_words_for_what_has_no_plural_have_no_article() -> None:
    assert Visible("money").phrases[0] == "money"
    assert Visible("alcohol").phrases[0] == "an alcoholic drink"


def test_kinds_are_of_concepts() -> None:
    assert all(member in CONCEPTS for term in TERMS.values() for member in term.members)
