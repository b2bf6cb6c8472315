"""Texts as the model's tokens: the shared head, and the questions behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.template import Template, Words, make_template, render
from cluejudge.mllm.prompting.texts import (
    defused,
    quoted,
    refuse_halves,
    refuse_special,
    special_texts,
)
from cluejudge.models.cache import Memory

_REMEMBERED = 4096
"""Questions whose tokens are kept: a constitution asks the same ones about every picture."""

QUESTION_TOKENS = 2048
"""The longest question: one may hold a whole constitution; what is longer was not meant as one."""

PLACEHOLDERS = ("image_token", "video_token", "boi_token", "eoi_token", "fake_image_token")
"""Where processors name the texts that stand for a picture."""


class Prompts:
    """The prompts of one model: their texts, and the tokens of what is not shared."""

    def __init__(self, processor: Any, tokenizer: Any, name: str, words: Words) -> None:
        self.words = words
        self.template: Template = make_template(processor, name, words)
        self._processor = processor
        self._tokenizer = tokenizer
        self._name = name
        self._blind = self.encode(self.template.blind)
        self._special = _own_texts(tokenizer, processor)
        self.adds_special = self._adds_special()
        self._questions: Memory[tuple[str, bool], tuple[int, ...]] = Memory(_REMEMBERED)
        self.question("a probe")

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, with nothing added at its ends."""
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, without special ones."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))

    def question(self, content: str, *, explain: bool = False) -> tuple[int, ...]:
        """The tokens that stand behind a head, for one content.

        Raises `ModelError` for a content that is empty, too long, or spells a special token, which
        could end the question and begin another.
        """
        known = self._questions.recall((content, explain))
        if known is None:
            known = self._asked(content, explain=explain)
            self._questions.keep((content, explain), known)
        return known

    def _asked(self, content: str, *, explain: bool) -> tuple[int, ...]:
        if not content.strip():
            raise ModelError("an empty content cannot be asked about")
        refuse_special(content, self._special, self._name)
        added = self._behind(self.template.question(content.strip(), explain=explain))
        if added is None:
            raise ModelError(
                f"the tokenizer of {self._name} joins the question to the text before it",
                hint="its questions cannot share a picture; use another model",
            )
        if len(added) > QUESTION_TOKENS:
            raise ModelError(
                f"{quoted(content)} makes a question of {len(added)} tokens, of at most "
                f"{QUESTION_TOKENS}",
                hint="say it in fewer words, or as several atoms",
            )
        return added

    def vet(self, contents: Sequence[str]) -> None:
        """`ModelError` for the first content that cannot be asked about, as `question` says."""
        for content in contents:
            self.question(content, explain=True)  # the longer of its two questions

    def chat(self, prompt: str, *, pictured: bool) -> str:
        """A request of any words as the model's template writes it, up to where the answer begins.

        Special tokens that the prompt spells are broken by a space: a request may quote what a
        model wrote, which cannot be asked to write it in other words. The model's own words at
        its beginning stay as they are. Raises `ModelError` for half of a character.
        """
        refuse_halves(prompt)
        own = self.words.ask if prompt.startswith(self.words.ask) else ""
        text = own + defused(prompt.removeprefix(own), self._special)
        return render(self._processor, text, pictured=pictured, name=self._name)

    def behind_head(self, text: str, *, pictured: bool) -> tuple[int, ...] | None:
        """The tokens of a whole prompt behind the head that the questions share.

        None for a prompt that does not begin with it.
        """
        head = self.template.head if pictured else self.template.blind
        return self._behind(text.removeprefix(head)) if text.startswith(head) else None

    def whole(self, text: str) -> tuple[int, ...]:
        """The tokens of a whole prompt, with the first one if the template did not write it."""
        return tuple(self._tokenizer(text, add_special_tokens=self.adds_special)["input_ids"])

    def _behind(self, text: str) -> tuple[int, ...] | None:
        """The tokens of `text` behind the head; None if the head's own tokens change with it."""
        both = self.encode(self.template.blind + text)
        count = len(self._blind)
        return tuple(both[count:]) if both[:count] == self._blind else None

    def _adds_special(self) -> bool:
        """Whether the tokenizer must add a first token, which the template did not write."""
        head = self.template.blind
        bare = self.encode(head)
        added = list(self._tokenizer(head)["input_ids"])
        first = self._tokenizer.bos_token
        written = bool(first) and head.startswith(str(first))
        return not written and len(added) > len(bare) and added[-len(bare) :] == bare


def _own_texts(tokenizer: Any, processor: Any) -> tuple[str, ...]:
    """What a content must not spell: special and added tokens, and the processor's placeholders."""
    found = {*special_texts(tokenizer), *map(str, tokenizer.get_added_vocab())}
    placeholders = (getattr(processor, name, None) for name in PLACEHOLDERS)
    found |= {token for token in placeholders if isinstance(token, str)}
    return tuple(sorted(text for text in found if len(text.strip()) > 1))
