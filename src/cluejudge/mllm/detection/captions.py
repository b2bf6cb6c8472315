"""Words as the texts of Grounding DINO, and where in such a text each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The tokenizer of a model that reads `length` tokens: special ones, words and full stops."""

    def __init__(self, tokenizer: Any, *, length: int, name: str) -> None:
        self._tokenizer = tokenizer
        self._room = length - 2  # all but the first and the last token
        self._name = name
        self._special = special_texts(tokenizer)
        self._stop = int(tokenizer.convert_tokens_to_ids("."))
        self._doubts = Doubts()

    def __call__(self, words: Sequence[str]) -> list[Caption]:
        """As few captions as hold all words, in their order.

        A word that is too long for a caption of its own is cut, and one that the tokenizer has no
        part of is left out, each with a warning (`CluejudgeWarning`). Raises `ModelError` for a
        word that is empty or spells a special token.
        """
        captions: list[list[tuple[str, list[int]]]] = []
        left = 0
        for word in words:
            ids = self._ids(word)
            if not ids:
                continue
            if len(ids) + 1 > left:
                captions.append([])
                left = self._room
            captions[-1].append((word, ids))
            left -= len(ids) + 1
        return [self._caption(pieces) for pieces in captions]

    def _ids(self, word: str) -> list[int]:
        """The tokens of a word; none if they would all be unknown ones."""
        refuse_special(word, self._special, self._name)
        plain = word.translate(_SEPARATORS).lower()
        ids = list(self._tokenizer(plain, add_special_tokens=False, verbose=False)["input_ids"])
        if not ids:
            raise ModelError(f"there is nothing to look for in the word {quoted(word)}")
        if set(ids) == {self._tokenizer.unk_token_id}:
            doubt = f"{self._name} cannot read the word {quoted(word)}: it has no boxes"
            self._doubts.tell(word, doubt)
            return []
        if len(ids) >= self._room:
            self._doubts.tell(word, cut(word, len(ids), self._room - 1, self._name))
        return ids[: self._room - 1]

    def _caption(self, pieces: Sequence[tuple[str, list[int]]]) -> Caption:
        ids = [int(self._tokenizer.cls_token_id)]
        spans = []
        for word, own in pieces:
            spans.append((word, slice(len(ids), len(ids) + len(own))))
            ids += [*own, self._stop]
        return Caption((*ids, int(self._tokenizer.sep_token_id)), tuple(spans))
