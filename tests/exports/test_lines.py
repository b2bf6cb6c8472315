from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.exports.lines import Joined, Shape

BATCHES = st.lists(st.lists(st.dictionaries(st.text(), st.text() | st.integers())))


def joined(shape: Shape, batches: list[list[dict[str, Any]]]) -> str:
    made = Joined(shape)
    return "".join(made.some(batch) for batch in batches) + made.end()


@given(BATCHES)
def test_an_array_holds_all_objects(batches: list[list[dict[str, Any]]]) -> None:
    assert json.loads(joined(Shape.JSON, batches)) == [one for batch in batches for one in batch]


@given(BATCHES)
def test_each_object_has_its_line(batches: list[list[dict[str, Any]]]) -> None:
    lines = joined(Shape.LINES, batches).split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [one for batch in batches for one in batch]
