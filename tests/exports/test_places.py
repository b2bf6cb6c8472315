from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.exports.places import places
from cluejudge.verdict import EvidenceBox, Outcome, ViewVerdict
from tests.exports.rows import SEEN, failed, fire, record, unsafe


def test_a_box_in_shares_of_the_image() -> None:
    row = unsafe()
    (place,) = places(row.decision.verdict, row.findings())
    assert (place.left, place.top, place.width, place.height) == (0.1, 0.1, 0.2, 0.3)
    assert (place.rule_id, place.content, place.score) == ("fire", "a person on fire", 0.8)


def test_what_is_not_visible_has_no_place() -> None:
    row = unsafe()
    assert "a fire engine" not in [
        place.content for place in places(row.decision.verdict, row.findings())
    ]


def test_an_image_that_was_not_read_has_no_places() -> None:
    assert places(failed().decision.verdict, [fire()]) == ()


@pytest.mark.parametrize(
    ("view", "there"), [("frame 1 of 3, on black", 1), ("frame 1 of 3", 1), ("frame 2 of 3", 0)]
)
def test_boxes_are_those_of_the_frame_that_is_shown(view: str, there: int) -> None:
    views = tuple(
        ViewVerdict(view=f"frame {number} of 3, on white", outcome=Outcome.UNSAFE)
        for number in (1, 2, 3)
    )
    row = unsafe(verdict={"views": views, "record": record(frames=3)})
    assert len(places(row.decision.verdict, [fire(view=view)])) == there


@given(st.integers(0, 199), st.integers(0, 99), st.data())
def test_a_box_within_the_image_stays_within_it(left: int, top: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(left + 1, 200))
    bottom = data.draw(st.integers(top + 1, 100))
    box = EvidenceBox(left=left, top=top, right=right, bottom=bottom, score=1, words=("x",))
    found = fire().model_copy(update={"groups": ((SEEN.model_copy(update={"box": box}),),)})
    (place,) = places(unsafe().decision.verdict, [found])
    assert 0 <= place.left < place.left + place.width <= 1 + 1e-12
    assert 0 <= place.top < place.top + place.height <= 1 + 1e-12
    assert round(place.left * 200) == left
    assert round((place.top + place.height) * 100) == bottom
