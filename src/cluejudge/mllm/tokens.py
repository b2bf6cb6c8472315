"""Texts as the model's tokens: the shared head, and the questions behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cluejudge.errors import ModelError
from cluejudge.mllm.template import Template, Words, make_template


class Prompts:
    """The prompts of one model: their texts, and the tokens of what is not shared."""

    def __init__(self, processor: Any, tokenizer: Any, name: str, words: Words) -> None:
        self.template: Template = make_template(processor, name, words)
        self._tokenizer = tokenizer
        self._name = name
        self._blind = self.encode(self.template.blind)
        self._special = _special_texts(tokenizer, processor)
        self.adds_special = self._adds_special()
        self.question("a probe")

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, with nothing added at its ends."""
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, without special ones."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))

    @property
    def ends(self) -> frozenset[int]:
        """The tokens that end what the model writes, as the tokenizer knows them."""
        end = self._tokenizer.eos_token_id
        return frozenset() if end is None else frozenset({int(end)})

    def question(self, content: str, *, explain: bool = False) -> tuple[int, ...]:
        """The tokens that stand behind a head, for one content.

        Raises `ModelError` for a content that `vet` refuses.
        """
        self.vet([content])
        added = self._behind(self.template.question(content.strip(), explain=explain))
        if added is None:
            raise ModelError(
                f"the tokenizer of {self._name} joins the question to the text before it",
                hint="its questions cannot share a picture; use another model",
            )
        return added

    def vet(self, contents: Sequence[str]) -> None:
        """`ModelError` for the first content that is empty or spells a token of the model's own."""
        for content in contents:
            if not content.strip():
                raise ModelError("an empty content cannot be asked about")
            found = next((text for text in self._special if text in content), None)
            if found:
                raise ModelError(
                    f"the content {content!r} holds {found!r}, a special token of {self._name}",
                    hint="it could end the question and begin another; write it differently",
                )

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


def _special_texts(tokenizer: Any, processor: Any) -> tuple[str, ...]:
    """All special tokens, and the processor's placeholders; longest first."""
    found = {str(token) for token in tokenizer.all_special_tokens}
    found |= {
        str(token) for token in tokenizer.added_tokens_decoder.values() if getattr(token, "special", True)
    }
    for name in ("image_token", "video_token", "boi_token", "eoi_token", "fake_image_token"):
        token = getattr(processor, name, None)
        if isinstance(token, str):
            found.add(token)
    return tuple(sorted((text for text in found if text.strip()), key=len, reverse=True))
