from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.mllm.strategies import packed
from cluejudge.mllm.strategies.base import Question
from cluejudge.mllm.strategies.packed import lay_out, rows_of

IDS = st.lists(st.integers(1, 3), min_size=1, max_size=6).map(tuple)
"""Few tokens, so that many questions begin alike."""

QUESTIONS = st.lists(st.tuples(st.integers(0, 2), IDS), min_size=1, max_size=12).map(
    lambda asked: [Question(place, row, ids) for place, (row, ids) in enumerate(asked)]
)
SOME = st.lists(IDS, min_size=1, max_size=5).map(
    lambda asked: [Question(place, 0, ids) for place, ids in enumerate(asked)]
)


def beginnings(row: list[Question]) -> int:
    return len({one.ids[:end] for one in row for end in range(1, len(one.ids) + 1)})


@given(rows=st.lists(SOME, min_size=1, max_size=3), prefix=st.integers(1, 3))
def test_every_question_is_seen_whole_and_alone(rows: list[list[Question]], prefix: int) -> None:
    layout = lay_out(rows, prefix)
    assert layout.sees[..., :prefix].all()
    for number, row in enumerate(rows):
        own = layout.sees[number, 0, :, prefix:]
        for place, question in enumerate(row):
            end = int(layout.ends[number, place])
            seen = own[end].nonzero()[:, 0]
            assert layout.ids[number, seen].tolist() == list(question.ids)
            assert layout.places[number, seen].tolist() == list(range(len(question.ids)))
            for count, token in enumerate(seen.tolist(), 1):  # each sees what the end sees, to it
                assert own[token].nonzero()[:, 0].tolist() == seen[:count].tolist()


@given(rows=st.lists(SOME, min_size=1, max_size=3))
def test_what_questions_begin_with_is_read_once(rows: list[list[Question]]) -> None:
    assert lay_out(rows, 1).ids.shape == (len(rows), max(map(beginnings, rows)))
    assert [packed._size(row) for row in rows] == list(map(beginnings, rows))


@given(questions=QUESTIONS, room=st.integers(1, 20))
def test_rows_have_room_and_one_picture_each(questions: list[Question], room: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "ROOM", room)
        rows = rows_of(questions)
    assert Counter(one for row in rows for one in row) == Counter(questions)
    for row in rows:
        assert len({one.row for one in row}) == 1
        assert len(row) == 1 or beginnings(row) <= room
    for row, after in pairwise(rows):  # no row is begun without need
        assert row[0].row != after[0].row or beginnings([*row, after[0]]) > room
