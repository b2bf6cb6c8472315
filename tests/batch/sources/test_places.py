from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.entries import Refusal
from cluejudge.batch.sources import places
from cluejudge.batch.sources.places import Cell, File, Member, label, written

NAMES = st.text(st.characters(), min_size=1)
PLACES = st.one_of(
    st.builds(File, NAMES),
    st.builds(Cell, NAMES, st.integers(0, 2**63)),
    st.builds(Member, NAMES, st.integers(0, 2**63), st.integers(0, 2**63)),
)


@given(PLACES)
def test_a_place_is_read_back_as_it_was_whatever_the_name(place: places.Place) -> None:
    text = written(place)
    assert text.encode().decode() == text
    assert places.read(text) == place
    assert not places.is_refused(text)


def test_a_plain_name_is_its_own_place() -> None:
    assert written(File("a b/ü.png")) == "a b/ü.png"


@given(st.text(st.characters()))
def test_a_refusal_is_read_back_with_its_reason(reason: str) -> None:
    text = written(Refusal("unreadable", reason))
    assert places.is_refused(text)
    assert places.read(text) == Refusal("unreadable", label(reason))


def test_bytes_that_are_not_utf8_are_spelled_out_for_people() -> None:
    assert label("a\udcff.png") == "a\\udcff.png"
