from __future__ import annotations

from itertools import accumulate

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.embedded.packing import lay_out, rows_of

QUESTIONS = st.lists(st.lists(st.integers(1, 600), min_size=1, max_size=6), min_size=1, max_size=5)


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 60))
def test_rows_hold_everything_once_in_order(lengths: list[int], room: int) -> None:
    rows = rows_of(lengths, room)
    assert [index for row in rows for index in row] == list(range(len(lengths)))
    for row in rows:
        assert len(row) == 1 or sum(lengths[index] for index in row) <= room


@given(st.lists(QUESTIONS, min_size=1, max_size=4), st.integers(0, 9))
def test_a_token_sees_the_prefix_and_its_own_question_so_far(
    rows: list[list[list[int]]], prefix: int
) -> None:
    layout = lay_out(rows, prefix)
    assert layout.sees[..., :prefix].all()
    for number, row in enumerate(rows):
        starts = [0, *accumulate(map(len, row))]
        for start, question in zip(starts, row, strict=False):
            for place in range(len(question)):
                seen = np.flatnonzero(layout.sees[number, 0, start + place, prefix:])
                assert seen.tolist() == list(range(start, start + place + 1))
                assert layout.positions[number, start + place] == prefix + place


@given(st.lists(QUESTIONS, min_size=1, max_size=4), st.integers(0, 9))
def test_ends_are_the_last_tokens_in_order(rows: list[list[list[int]]], prefix: int) -> None:
    layout = lay_out(rows, prefix)
    ends = [question[-1] for row in rows for question in row]
    assert layout.ids.ravel()[layout.ends].tolist() == ends


@given(st.lists(QUESTIONS, min_size=1, max_size=4), st.integers(0, 9))
def test_no_token_is_blind(rows: list[list[list[int]]], prefix: int) -> None:
    """Padding too sees something, or its softmax would be undefined."""
    assert lay_out(rows, prefix).sees.any(axis=-1).all()
