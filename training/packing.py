"""Many questions about one image in one sequence: a shared prefix, then questions that do not see
each other, each with its positions counted from the end of the prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.questions import Question
from training.tokenizer import BOS, END, IMAGE, INSTRUCTION, USER, VERDICT, encode, suffix, token

IMAGE_TOKENS = 64
IMAGE_START = 2
IGNORE = -100


def prefix_ids(tokenizer: Tokenizer) -> list[int]:
    """The shared prefix: start, user, the image's tokens, the instruction."""
    image = [token(tokenizer, IMAGE)] * IMAGE_TOKENS
    head = [token(tokenizer, BOS), token(tokenizer, USER)]
    return [*head, *image, *encode(tokenizer, INSTRUCTION)]


@dataclass(frozen=True, slots=True)
class Packed:
    """Tensors of a batch: ids, targets, positions [batch, length]; sees [batch, 1, length, length].

    `answers` marks the targets that are one-token answers.
    """

    ids: Tensor
    targets: Tensor
    positions: Tensor
    sees: Tensor
    answers: Tensor


@dataclass(frozen=True, slots=True)
class _Rows:
    """One sequence as it is filled; `owner` is 0 for the prefix, then 1, 2, ... by question."""

    ids: NDArray[np.int64]
    targets: NDArray[np.int64]
    positions: NDArray[np.int64]
    owner: NDArray[np.int64]
    answers: NDArray[np.bool_]


def pack(
    ask: Sequence[Callable[[], Question]],
    blind: NDArray[np.bool_],
    length: int,
    reasonings: int,
    tokenizer: Tokenizer,
) -> Packed:
    """Fill a sequence of `length` for each image with questions that `ask` draws.

    The first `reasonings` questions are answered with a reasoning; the sequences of `blind`
    images read no image at all.
    """
    prefix = prefix_ids(tokenizer)
    rows = [_fill(draw, prefix, length, reasonings, tokenizer) for draw in ask]
    owner = np.stack([row.owner for row in rows])
    positions = np.stack([row.positions for row in rows])
    sees = (owner[:, :, None] == owner[:, None, :]) | (owner[:, None, :] == 0)
    sees &= np.tril(np.ones((length, length), np.bool_))
    image = slice(IMAGE_START, IMAGE_START + IMAGE_TOKENS)
    sees[blind, image.stop :, image] = False
    positions[blind, image.stop :] -= IMAGE_TOKENS
    return Packed(
        torch.from_numpy(np.stack([row.ids for row in rows])),
        torch.from_numpy(np.stack([row.targets for row in rows])),
        torch.from_numpy(positions),
        torch.from_numpy(sees[:, None]),
        torch.from_numpy(np.stack([row.answers for row in rows])),
    )


def _fill(
    draw: Callable[[], Question],
    prefix: Sequence[int],
    length: int,
    reasonings: int,
    tokenizer: Tokenizer,
) -> _Rows:
    ids = np.zeros(length, np.int64)
    targets = np.full(length, IGNORE, np.int64)
    positions = np.arange(length)
    owner = np.zeros(length, np.int64)
    answers = np.zeros(length, np.bool_)
    at = len(prefix)
    ids[:at] = prefix
    number = 0
    while True:
        explain = number < reasonings
        question = draw()
        asked = suffix(tokenizer, question.content, explain=explain)
        told = _told(tokenizer, question, explain=explain)
        both = asked + told
        if at + len(both) > length:
            break
        number += 1
        end = at + len(both)
        ids[at:end] = both
        targets[at + len(asked) - 1 : end - 1] = told
        positions[at:end] = len(prefix) + np.arange(len(both))
        owner[at:end] = number
        answers[at + len(asked) - 1] = not explain
        at = end
    owner[at:] = -1
    return _Rows(ids, targets, positions, owner, answers)


def _told(tokenizer: Tokenizer, question: Question, *, explain: bool) -> list[int]:
    if not explain:
        return encode(tokenizer, question.answer)
    text = f" {question.reasoning}{VERDICT} {question.answer}"
    return [*encode(tokenizer, text), token(tokenizer, END)]
