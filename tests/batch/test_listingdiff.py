from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.listingdiff import differences

ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xy")), max_size=8)


def test_what_is_new_gone_and_changed_is_counted_and_named() -> None:
    then = [(name, name, "1") for name in "abcd"]
    now = [("a", "a", "1"), ("b", "b", "2"), *((f"n{number}", "", "") for number in range(5))]
    assert differences(then, now) == (
        "4 rows were listed, now 7",
        "5 new: n0, n1, n2, ...",
        "2 gone: c, d",
        "1 changed: b",
    )


def test_another_order_is_told() -> None:
    assert differences([("a", ""), ("b", "")], [("b", ""), ("a", "")]) == (
        "the rows are in another order",
    )


@given(ROWS, ROWS)
def test_something_is_always_said(then: list[tuple[str, str]], now: list[tuple[str, str]]) -> None:
    said = differences(then, now)
    assert said
    names = [{row[0] for row in rows} for rows in (then, now)]
    assert any(" new: " in one for one in said) == bool(names[1] - names[0])
    assert any(" gone: " in one for one in said) == bool(names[0] - names[1])
    same = Counter(then) == Counter(now)
    assert any("another order" in one for one in said) or not same
