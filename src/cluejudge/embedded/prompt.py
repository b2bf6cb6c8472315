"""Texts as tokens: the prompt of training, and nothing that could pass for a part of it."""

from __future__ import annotations

import re

from tokenizers import Tokenizer

from cluejudge.embedded.card import Card, LabelTokens
from cluejudge.embedded.labels import label_tokens
from cluejudge.errors import ModelError

WORD = re.compile(r"[^\W_]+")

BOS, USER, ASSISTANT, END, IMAGE = "<s>", "<|user|>", "<|assistant|>", "<|end|>", "<image>"


class Prompts:
    """What stands before a question, the question, and what a word or a text is in tokens.

    `prefix` is `<s><|user|>`, the image's tokens and the instruction, which all questions about an
    image share; `blind_prefix` is the same without the image's tokens. A question is its content
    and the end of the turn. Raises `ModelError` if the tokenizer lacks a special token.
    """

    def __init__(self, tokenizer: Tokenizer, card: Card) -> None:
        self._tokenizer = tokenizer
        self._card = card
        self._special = frozenset(tokenizer.get_added_tokens_decoder())
        bos, user, assistant, end, image = map(self._id, (BOS, USER, ASSISTANT, END, IMAGE))
        instruction = self._encode(card.prompt.instruction)
        self.end = end
        self.image = image
        self.prefix = (bos, user, *[image] * card.image_tokens, *instruction)
        self.blind_prefix = (bos, user, *instruction)
        self.verdict = tuple(self._encode(card.prompt.verdict))
        self._turn = (end, assistant)
        self._words = frozenset(card.words)

    def question(self, content: str, *, explain: bool = False) -> list[int]:
        """The tokens of one question, up to where its answer begins.

        White space is made single spaces. Raises `ModelError` for a content that is empty, too
        long, has a word that the model never learnt, or spells a special token, which could end
        the question and begin another.
        """
        ids = self._plain(content)
        self._refuse_strange(content)
        if len(ids) > self._card.content_tokens:
            raise ModelError(
                f"'{content[:40]}...' is {len(ids)} tokens long, and the embedded model reads "
                f"contents of at most {self._card.content_tokens}",
                hint="say it in fewer words, or as several atoms",
            )
        return [*ids, *(self._encode(self._card.prompt.explain) if explain else ()), *self._turn]

    def word(self, word: str) -> list[int]:
        """The tokens of an object's name. Raises `ModelError` as `question` does."""
        return self._plain(word)

    def text(self, text: str) -> list[int]:
        """The tokens of a rule's text. Raises `ModelError` as `question` does."""
        ids = self._plain(text)
        self._refuse_strange(text)
        if len(ids) > self._card.text_tokens:
            raise ModelError(
                f"'{text[:40]}...' is {len(ids)} tokens long, and the embedded models tell the "
                f"relevance of texts of at most {self._card.text_tokens}"
            )
        return ids

    def strange(self, text: str) -> tuple[str, ...]:
        """The words of `text` that the models never learnt: those that `Card.words` lacks.

        What is said with such words means nothing to the models, and no answer about it is one.
        """
        return tuple(word for word in WORD.findall(text) if word.lower() not in self._words)

    def _refuse_strange(self, text: str) -> None:
        strange = self.strange(text)
        if strange:
            raise ModelError(
                f"the embedded models do not know {', '.join(map(repr, strange))}: they know "
                "pictogram scenes and few words",
                hint="use their words (cluejudge rules pictogram), or another model",
            )

    def written(self, ids: list[int]) -> str:
        """The text of tokens that the model wrote."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text.strip()

    def label_tokens(self) -> LabelTokens:
        """The tokens of Yes and No, checked where an answer begins and behind a reasoning."""
        return label_tokens(self._tokenizer, (ASSISTANT, self._card.prompt.verdict))

    def _id(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ModelError(f"the embedded models' tokenizer has no {token}")
        return int(found)

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _plain(self, text: str) -> list[int]:
        words = " ".join(text.split())
        if not words:
            raise ModelError("there is nothing to look for in an empty text")
        try:
            words.encode()
        except UnicodeEncodeError as error:
            raise ModelError(f"{words!r} is no text: it holds half of a character") from error
        ids = self._encode(f" {words}")
        spelled = self._special.intersection(ids)
        if spelled:
            token = self._tokenizer.id_to_token(min(spelled))
            raise ModelError(
                f"{words!r} spells {token}, which has a meaning of its own to the embedded model",
                hint="write it in other words",
            )
        return ids
