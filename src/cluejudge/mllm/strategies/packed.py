"""All questions about a picture in one sequence behind it; valid only for full attention.

A token sees the whole prefix and the tokens of its own question up to itself, and each question
counts its positions from the end of the prefix, so that it is answered as if it stood alone. What
several questions begin with is therefore the same in all of them, and is read once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.inference.caches import all_rows, branch
from cluejudge.mllm.inference.forward import Tokens, read_on
from cluejudge.mllm.inference.prefix import Batch
from cluejudge.mllm.strategies.base import Kit, Question, by_batch, runs

ROOM = 1024
"""Tokens of questions in one sequence: what each sees is a mask of ROOM by prefix + ROOM."""

Beginning = tuple[int, ...]
"""A token of a question with all before it: what it gives, wherever it stands."""

Row = list[Question]
"""The questions of one sequence, all about one picture."""


class Packed:
    """One row for each picture, with as many of its questions as there is room for."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask."""
        answers: dict[int, YesNo] = {}
        for batch, questions in by_batch(self._kit, asks):
            for rows in runs(rows_of(questions), _size, batch.length, self._kit.batch_tokens):
                answers |= self._run(batch, rows)
        return [answers[place] for place in range(len(asks))]

    def _run(self, batch: Batch, rows: Sequence[Row]) -> dict[int, YesNo]:
        backbone = self._kit.backbone
        taken = [row[0].row for row in rows]
        chosen = all_rows(taken, len(batch.starts), backbone.device)
        starts = batch.starts if chosen is None else batch.starts[chosen]
        layout = lay_out(rows, batch.length).to(backbone.device)
        positions = layout.places + starts[:, None]
        tokens = Tokens(layout.ids, positions, layout.ends, layout.sees)
        logits = read_on(backbone, branch(batch.cache, chosen), tokens)
        answered = [logits[number, : len(row)] for number, row in enumerate(rows)]
        read = self._kit.labels.read(torch.cat(answered))
        asked = (question.place for row in rows for question in row)
        return dict(zip(asked, read, strict=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of questions as tensors.

    `ids` and `places` (from the end of the prefix) [rows, tokens], `sees` bool
    [rows, 1, tokens, prefix + tokens], `ends` [rows, most questions of a row], the last token of
    each question; all are padded with 0, but padding sees the prefix.
    """

    ids: Tensor
    places: Tensor
    sees: Tensor
    ends: Tensor

    def to(self, device: torch.device) -> Layout:
        """The same on another device."""
        return Layout(*(part.to(device) for part in (self.ids, self.places, self.sees, self.ends)))


def lay_out(rows: Sequence[Row], prefix: int) -> Layout:
    """Lay questions out behind a prefix of that many tokens."""
    trees = [_tree(row) for row in rows]
    longest = max(map(len, trees))
    ids, places = torch.zeros(2, len(rows), longest, dtype=torch.long)
    own = torch.zeros(len(rows), longest, longest, dtype=torch.bool)
    ends = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for number, (row, tree) in enumerate(zip(rows, trees, strict=True)):
        ids[number, : len(tree)] = torch.tensor([beginning[-1] for beginning in tree])
        places[number, : len(tree)] = torch.tensor([len(beginning) - 1 for beginning in tree])
        for place, question in enumerate(row):
            path = torch.tensor([tree[beginning] for beginning in _beginnings(question)])
            own[number, path[:, None], path] = True
            ends[number, place] = path[-1]
    shared = torch.ones(len(rows), longest, prefix, dtype=torch.bool)
    return Layout(ids, places, torch.cat([shared, own.tril()], dim=2)[:, None], ends)


def rows_of(questions: Sequence[Question]) -> list[Row]:
    """Rows of at most `ROOM` tokens; a longer question has a row of its own."""
    rows: list[Row] = []
    pictures: dict[int, list[Question]] = {}
    for question in questions:
        pictures.setdefault(question.row, []).append(question)
    for asked in pictures.values():
        read: set[Beginning] = set()
        for question in asked:
            more = read.union(_beginnings(question))
            if not read or len(more) > ROOM:
                rows.append([])
                more = set(_beginnings(question))
            rows[-1].append(question)
            read = more
    return rows


def _tree(row: Row) -> dict[Beginning, int]:
    """The tokens of a row by their places in it; none stands before those that it sees."""
    tree: dict[Beginning, int] = {}
    for question in row:
        for beginning in _beginnings(question):
            tree.setdefault(beginning, len(tree))
    return tree


def _beginnings(question: Question) -> list[Beginning]:
    """Of each of its tokens, that token and those before it."""
    return [question.ids[:end] for end in range(1, len(question.ids) + 1)]


def _size(row: Row) -> int:
    return len(_tree(row))
