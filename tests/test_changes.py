from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.changes import changes, flat

TOLD = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=4)


def test_what_differs_is_told_by_name_and_the_old_value_first() -> None:
    before = {"b": "1", "a": "0.3", "same": "x", "said": "", "d": "None"}
    after = {"a": "0.4", "same": "x", "c": "2", "said": "absent", "d": "True"}
    assert list(changes(before, after)) == [
        "a was 0.3, now 0.4",
        "b was 1, now absent",
        "c was absent, now 2",
        "d was none, now on",
        "said was empty, now absent",
    ]


def test_values_of_a_mapping_are_told_each_by_its_name() -> None:
    whole = {"count": 3, "limits": {"max_side": 9, "budget": None}, "options": {}}
    assert flat(whole) == {"count": "3", "limits.max_side": "9", "limits.budget": "None"}


@given(before=TOLD, after=TOLD)
def test_nothing_is_told_of_equals_only(before: dict[str, str], after: dict[str, str]) -> None:
    assert bool(list(changes(before, after))) == (before != after)
