"""Many questions in one sequence: each sees the prefix and itself, and counts from the prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cluejudge.embedded.session import Bools, Ints

_PADDING = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of questions behind prefixes of one length.

    `ids` and `positions` are [rows, length], 0 where a row is shorter; `sees` [rows, 1, length,
    prefix + length] says what each token sees of the prefix and of the row; `ends` are the flat
    indices of each question's last token, row by row.
    """

    ids: Ints
    positions: Ints
    sees: Bools
    ends: Ints


def rows_of(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Indices of `lengths`, in their order, in rows of at most `room` (or of one, if longer)."""
    rows: list[list[int]] = []
    left = 0
    for index, length in enumerate(lengths):
        if not rows or length > left:
            rows.append([])
            left = room
        rows[-1].append(index)
        left -= length
    return rows


def lay_out(rows: Sequence[Sequence[Sequence[int]]], prefix: int) -> Layout:
    """Rows, each of one or more questions of one or more tokens, behind `prefix` tokens each."""
    length = max(sum(map(len, row)) for row in rows)
    ids = np.zeros((len(rows), length), np.int64)
    positions = np.zeros((len(rows), length), np.int64)
    owners = np.full((len(rows), length), _PADDING, np.int64)
    ends = []
    for number, row in enumerate(rows):
        at = 0
        for owner, question in enumerate(row):
            span = np.s_[number, at : at + len(question)]
            ids[span] = question
            positions[span] = prefix + np.arange(len(question))
            owners[span] = owner
            at += len(question)
            ends.append(number * length + at - 1)
    return Layout(ids, positions, _sees(owners, prefix), np.array(ends, np.int64))


def _sees(owners: Ints, prefix: int) -> Bools:
    count, length = owners.shape
    own = (owners[:, :, None] == owners[:, None, :]) & np.tri(length, dtype=np.bool_)
    shared = np.ones((count, length, prefix), np.bool_)
    return np.concatenate([shared, own], axis=2)[:, None]
