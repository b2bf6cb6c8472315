"""Many questions about one image in one sequence: a shared prefix, then slots that do not see
each other, each with its positions counted from the end of the prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.questions import Question
from training.tokenizer import (
    BOS,
    END,
    IMAGE,
    INSTRUCTION,
    USER,
    VERDICT,
    encode,
    suffix,
)

IMAGE_TOKENS = 64
IMAGE_START = 2
IGNORE = -100


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: `short` slots of answers only, `long` slots with a reasoning."""

    prefix: tuple[int, ...]
    short: int
    short_length: int
    long: int
    long_length: int

    @property
    def starts(self) -> list[tuple[int, int]]:
        """Start and length of every slot."""
        base = len(self.prefix)
        shorts = [(base + n * self.short_length, self.short_length) for n in range(self.short)]
        base += self.short * self.short_length
        return shorts + [(base + n * self.long_length, self.long_length) for n in range(self.long)]

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.prefix) + self.short * self.short_length + self.long * self.long_length

    def mask(self) -> NDArray[np.bool_]:
        """Which token sees which, [length, length]."""
        size, base = self.length, len(self.prefix)
        sees = np.zeros((size, size), np.bool_)
        sees[:base, :base] = np.tril(np.ones((base, base), np.bool_))
        for start, width in self.starts:
            sees[start : start + width, :base] = True
            own = np.s_[start : start + width, start : start + width]
            sees[own] = np.tril(np.ones((width, width), np.bool_))
        return sees

    def positions(self) -> NDArray[np.int64]:
        """Positions, [length], starting anew behind the prefix in every slot."""
        places = np.arange(self.length)
        for start, width in self.starts:
            places[start : start + width] = len(self.prefix) + np.arange(width)
        return places


def prefix_ids(tokenizer: Tokenizer) -> tuple[int, ...]:
    """The shared prefix: start, user, the image's tokens, the instruction."""
    image = [tokenizer.token_to_id(IMAGE)] * IMAGE_TOKENS
    head = [tokenizer.token_to_id(BOS), tokenizer.token_to_id(USER)]
    return (*head, *image, *encode(tokenizer, INSTRUCTION))


@dataclass(frozen=True, slots=True)
class Packed:
    """Tensors of a batch: ids, targets [batch, length]; sees [batch, 1, length, length]."""

    ids: Tensor
    targets: Tensor
    positions: Tensor
    sees: Tensor
    answers: Tensor


def pack(
    rows: Sequence[Sequence[Question]],
    blind: NDArray[np.bool_],
    layout: Layout,
    tokenizer: Tokenizer,
) -> Packed:
    """Questions of each image; the rows of `blind` images read no image at all."""
    count, size = len(rows), layout.length
    ids = np.zeros((count, size), np.int64)
    targets = np.full((count, size), IGNORE, np.int64)
    answers = np.zeros((count, layout.short), np.int64)
    ids[:, : len(layout.prefix)] = layout.prefix
    for row, questions in enumerate(rows):
        for slot, ((start, width), question) in enumerate(
            zip(layout.starts, questions, strict=True)
        ):
            explain = slot >= layout.short
            asked = suffix(tokenizer, question.content, explain=explain)
            told = _told(tokenizer, question, explain=explain)
            both = (asked + told)[:width]
            ids[row, start : start + len(both)] = both
            first = start + len(asked) - 1
            last = min(first + len(told), start + width - 1)
            targets[row, first:last] = told[: last - first]
            if not explain:
                answers[row, slot] = min(first, start + width - 1)
    sees = np.broadcast_to(layout.mask(), (count, size, size)).copy()
    places = np.broadcast_to(layout.positions(), (count, size)).copy()
    sees[blind, IMAGE_START + IMAGE_TOKENS :, IMAGE_START : IMAGE_START + IMAGE_TOKENS] = False
    places[blind, IMAGE_START + IMAGE_TOKENS :] -= IMAGE_TOKENS
    return Packed(
        torch.from_numpy(ids),
        torch.from_numpy(targets),
        torch.from_numpy(places),
        torch.from_numpy(sees[:, None]),
        torch.from_numpy(answers),
    )


def _told(tokenizer: Tokenizer, question: Question, *, explain: bool) -> list[int]:
    end = tokenizer.token_to_id(END)
    if not explain:
        return encode(tokenizer, question.answer)
    text = f" {question.reasoning}{VERDICT} {question.answer}"
    return [*encode(tokenizer, text), end]


def layout_for(tokenizer: Tokenizer, short: int, long: int) -> Layout:
    """The layout of training: slots long enough for every question of the world."""
    return Layout(prefix_ids(tokenizer), short, 14, long, 36)


