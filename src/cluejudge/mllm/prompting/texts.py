"""Short texts as rows of tokens, for towers that read a fixed number of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch

from cluejudge.errors import CluejudgeWarning, ModelError


class Texts:
    """The tokenizer of a text tower that reads `length` tokens, special ones included.

    Rows are padded on the right and come without a mask: SigLIP was trained to look at its
    padding, and CLIP's towers never look behind the end of a text.
    """

    def __init__(self, tokenizer: Any, *, length: int, name: str, lower: bool = False) -> None:
        self._tokenizer = tokenizer
        self._length = length
        self._name = name
        self._lower = lower
        self._special = special_texts(tokenizer)
        self._doubts = Doubts()

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Token ids, int64 [texts, length].

        What is longer is cut, and warned about (`CluejudgeWarning`) once a text. Raises
        `ModelError` for a text that spells a special token, which could end it early.
        """
        self.vet(texts)
        rows: torch.Tensor = self._tokenizer(
            self._read(texts),
            padding="max_length",
            padding_side="right",
            truncation=True,
            max_length=self._length,
            return_tensors="pt",
        )["input_ids"]
        return rows

    def vet(self, texts: Sequence[str]) -> list[str]:
        """What to say of each text that is cut; warns and raises as reading it would."""
        read = self._read(texts)
        for text in read:
            refuse_special(text, self._special, self._name)
        counted = self._tokenizer(read, verbose=False)["input_ids"] if read else []
        doubts = {
            text: cut(text, len(ids), self._length, self._name)
            for text, ids in zip(texts, counted, strict=True)
            if len(ids) > self._length
        }
        for text, doubt in doubts.items():
            self._doubts.tell(text, doubt)
        return list(doubts.values())

    def _read(self, texts: Sequence[str]) -> list[str]:
        return [text.lower() if self._lower else text for text in texts]


class Doubts:
    """Warnings (`CluejudgeWarning`) about texts, one a text."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, text: str, doubt: str) -> None:
        """Warns of `doubt`, unless it warned about `text` before."""
        if text not in self._told:
            self._told.add(text)
            warnings.warn(doubt, CluejudgeWarning, stacklevel=2)


def cut(text: str, tokens: int, length: int, name: str) -> str:
    """What to say of a text of more tokens than a model reads."""
    return f"{name} reads only the first {length} of {tokens} tokens of {quoted(text)}"


def special_texts(tokenizer: Any) -> tuple[str, ...]:
    """The special tokens of a tokenizer as they are written.

    One of a single character is left out: some tokenizers pad with "!", which means nothing else.
    """
    return tuple(sorted(token for token in map(str, tokenizer.all_special_tokens) if token[1:]))


def refuse_special(text: str, special: Sequence[str], name: str) -> None:
    """`ModelError` for a text that spells a special token, or is no text at all."""
    found = next((token for token in special if token in text), None)
    if found:
        raise ModelError(
            f"{quoted(text)} spells {found}, which has a meaning of its own to {name}",
            hint="write it in other words",
        )
    refuse_halves(text)


def refuse_halves(text: str) -> None:
    """`ModelError` for what is no text: it holds half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ModelError(f"{quoted(text)} is no text: it holds half of a character") from error


def defused(text: str, special: Sequence[str]) -> str:
    """The text with a space behind the first character of each special token that it spells.

    `special` are tokens of two characters or more, spaces at their ends not counted.
    """
    while spelled := [token for token in special if token in text]:
        for token in spelled:
            first = len(token) - len(token.lstrip()) + 1
            text = text.replace(token, f"{token[:first]} {token[first:]}")
    return text


def quoted(text: str) -> str:
    """A text in quotes, or the beginning of a long one."""
    return repr(text if len(text) <= 60 else f"{text[:60]}...")
