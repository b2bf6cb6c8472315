from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict

from cluejudge.service.review.wanted import DOUBTFUL, Sought, Wanted, sought, wanted
from cluejudge.verdict import Outcome

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20).map(str.strip)
SUBSETS = st.lists(st.sampled_from(DOUBTFUL), unique=True).map(
    lambda some: tuple(outcome for outcome in DOUBTFUL if outcome in some)
)


def parsed(query: str) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(parse_qsl(query, keep_blank_values=True))


@given(SUBSETS, st.booleans(), NAMES, NAMES)
def test_what_is_wanted_survives_an_address(
    outcomes: tuple[Outcome, ...], sample: bool, constitution: str, rule: str
) -> None:
    if not outcomes and not sample:
        return
    which = Wanted(outcomes, sample, constitution, rule)
    assert wanted(parsed(which.query)) == which


def test_without_a_word_all_that_is_doubtful_is_wanted() -> None:
    assert wanted(parsed("")) == Wanted()
    assert Wanted().query == ""
    assert wanted(parsed("want=nonsense&want=safe")) == Wanted()


def test_the_sample_is_of_the_given_share() -> None:
    assert Wanted(sample=True).filter(0.25).sample == 0.25
    assert Wanted(sample=False).filter(0.25).sample == 0


@given(st.sampled_from([None, *Outcome]), st.sampled_from([None, True, False]), NAMES, NAMES)
def test_what_is_sought_survives_an_address(
    outcome: Outcome | None, reviewed: bool | None, constitution: str, rule: str
) -> None:
    looked_for = Sought(outcome, reviewed, constitution, rule)
    assert sought(parsed(looked_for.query)) == looked_for


@pytest.mark.parametrize("before", ["0", "-1", "x", "", "1" * 30, "\N{FULLWIDTH DIGIT ONE}"])
def test_a_place_in_the_list_that_is_none_is_its_start(before: str) -> None:
    assert sought(parsed(f"before={before}")).filter.before is None
    assert sought(parsed("before=17")).filter.before == 17


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=400)))
def test_any_query_asks_for_something(query: dict[str, str]) -> None:
    given = ImmutableMultiDict(query)
    assert wanted(given).filter(0.1).outcomes or wanted(given).sample
    assert sought(given).filter.limit > 0
