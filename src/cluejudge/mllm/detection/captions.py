"""Words as the texts of Grounding DINO, and where in such a text each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.texts import Doubts, cut, quoted, refuse_special, special_texts

_SEPARATORS = str.maketrans(".?", "  ")  # each of them ends a word for the model


@dataclass(frozen=True, slots=True)
class Caption:
    """Words that are asked for together: tokens, and which of them are each word's."""

    ids: tuple[int, ...]
    spans: tuple[tuple[str, slice], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words in their order."""
        return tuple(word for word, _ in self.spans)


class Captions:
    """The tokenizer of a model that reads `length` tokens: special ones, words and full stops.

    Raises `ModelError` for a tokenizer that lacks a token which captions are made of. `pad` is the
    one that fills up the shorter of several.
    """

    def __init__(self, tokenizer: Any, *, length: int, name: str) -> None:
        self._tokenizer = tokenizer
        self._room = length - 2  # all but the first and the last token
        self._name = name
        self._special = special_texts(tokenizer)
        first, last, self.pad = (
            self._token(f"{kind} token", getattr(tokenizer, f"{kind}_token_id"))
            for kind in ("cls", "sep", "pad")
        )
        self._ends = first, last
        stop = tokenizer.convert_tokens_to_ids(".")
        self._stop = self._token("full stop", None if stop == tokenizer.unk_token_id else stop)
        self._doubts = Doubts()

    def __call__(self, words: Sequence[str]) -> list[Caption]:
        """As few captions as hold all words, in their order.

        A word that is too long for a caption of its own is cut, with a warning
        (`CluejudgeWarning`). Raises `ModelError` for a word that is empty, spells a special token,
        or has a part that the tokenizer does not know: what cannot be looked for must not count
        as looked for and not found.
        """
        tokens = {word: self._ids(word) for word in words}
        self._doubtful(tokens)
        captions: list[list[tuple[str, list[int]]]] = []
        left = 0
        for word in words:
            ids = tokens[word][: self._room - 1]
            if len(ids) + 1 > left:
                captions.append([])
                left = self._room
            captions[-1].append((word, ids))
            left -= len(ids) + 1
        return [self._caption(pieces) for pieces in captions]

    def vet(self, words: Sequence[str]) -> list[str]:
        """What to say of each word that is cut; warns and raises as its caption would."""
        return self._doubtful({word: self._ids(word) for word in words})

    def _doubtful(self, tokens: Mapping[str, Sequence[int]]) -> list[str]:
        doubts = {
            word: cut(word, len(ids), self._room - 1, self._name)
            for word, ids in tokens.items()
            if len(ids) >= self._room
        }
        for word, doubt in doubts.items():
            self._doubts.tell(word, doubt)
        return list(doubts.values())

    def _ids(self, word: str) -> list[int]:
        """All tokens of a word."""
        refuse_special(word, self._special, self._name)
        plain = word.translate(_SEPARATORS).lower()
        ids = list(self._tokenizer(plain, add_special_tokens=False, verbose=False)["input_ids"])
        if not ids:
            raise ModelError(f"there is nothing to look for in the word {quoted(word)}")
        if self._tokenizer.unk_token_id in ids:
            raise ModelError(
                f"{self._name} cannot read the word {quoted(word)}, or a part of it",
                hint="look for it by other words",
            )
        return ids

    def _caption(self, pieces: Sequence[tuple[str, list[int]]]) -> Caption:
        first, last = self._ends
        ids = [first]
        spans = []
        for word, own in pieces:
            spans.append((word, slice(len(ids), len(ids) + len(own))))
            ids += [*own, self._stop]
        return Caption((*ids, last), tuple(spans))

    def _token(self, what: str, found: int | None) -> int:
        if found is None:
            raise ModelError(
                f"the tokenizer of {self._name} has no {what}", hint="get all files of the model"
            )
        return found
