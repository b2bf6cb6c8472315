"""The chat prompt of a model, cut into what all questions about a picture share, and the rest.

The instruction stands before the content, so that the shared part holds the picture and the
instruction, and a question costs its content and the end of the turn only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cluejudge import prompts
from cluejudge.errors import ModelError

WORDS_FILE = "cluejudge.json"
"""Where a model's folder says what the model is told."""

_MARK = "\u2042content\u2042"
"""Stands for the content while the chat template is rendered; no template writes it by itself."""

_THINK = ("<think>", "</think>")


@dataclass(frozen=True, slots=True)
class Words:
    """What a model is told: `ask` before the content, `explain` behind it for a reasoning.

    A model that was trained on words of its own brings them along in `WORDS_FILE`, as
    `{"ask": "...", "explain": "..."}`; an empty `ask` says that its chat template has them.
    """

    ask: str
    explain: str


def default_words() -> Words:
    """The words for a model that was not trained for this."""
    return Words(prompts.load("ask").text, f"\n\n{prompts.load('explain').text}")


def parse_words(text: str, place: str) -> Words:
    """The words in a model's `cluejudge.json`. Raises `ModelError` for anything else in it."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{place} is no JSON: {error}") from error
    right = isinstance(told, dict) and told.keys() == {"ask", "explain"}
    if not right or not all(isinstance(value, str) for value in told.values()):
        raise ModelError(
            f"{place} does not say what the model is told",
            hint='it holds {"ask": "...", "explain": "..."} and nothing else',
        )
    return Words(told["ask"], told["explain"])


@dataclass(frozen=True, slots=True)
class Template:
    """`head`, with the picture's placeholder, and `blind` without it; a content; then `tail`."""

    head: str
    blind: str
    tail: str
    explain: str

    def question(self, content: str, *, explain: bool = False) -> str:
        """What stands behind the head: the content and the end of the turn."""
        return f" {content}{self.explain if explain else ''}{self.tail}"

    @property
    def digest(self) -> str:
        """sha256 over all parts, hex: a score is only as good as the words that asked for it."""
        parts = json.dumps([self.head, self.blind, self.tail, self.explain])
        return hashlib.sha256(parts.encode()).hexdigest()


def make_template(processor: Any, name: str, words: Words) -> Template:
    """The template of a processor's model.

    Raises `ModelError` if the processor has no chat template, or one that leaves the picture out,
    changes the order of picture and text, or leaves the model thinking before it answers.
    """
    heads = []
    for pictured in (True, False):
        rendered = render(processor, f"{words.ask} {_MARK}".strip(), pictured=pictured, name=name)
        _refuse_thinking(rendered, name)
        parts = rendered.split(f" {_MARK}")
        if len(parts) != 2:
            raise ModelError(
                f"the chat template of {name} does not repeat a message as it was written",
                hint="use a model whose template does, such as Qwen/Qwen3-VL-8B-Instruct",
            )
        heads.append(parts)
    (head, tail), (blind, blind_tail) = heads
    if (head, tail) == (blind, blind_tail):
        raise ModelError(
            f"the chat template of {name} leaves the picture out",
            hint="an instruction-tuned model has one that takes an image and a text",
        )
    if tail != blind_tail:
        raise ModelError(
            f"the chat template of {name} puts the picture behind the question",
            hint="the picture must come first, so that all questions can share it",
        )
    return Template(head, blind, tail, words.explain)


def render(processor: Any, text: str, *, pictured: bool, name: str) -> str:
    """One user message and the start of the answer, as the model's own template writes them."""
    content: list[dict[str, str]] = [{"type": "image"}] if pictured else []
    content.append({"type": "text", "text": text})
    told = {"enable_thinking": False} if "enable_thinking" in _source(processor) else {}
    try:
        rendered = processor.apply_chat_template(
            [{"role": "user", "content": content}],
            tokenize=False,
            add_generation_prompt=True,
            **told,
        )
    except Exception as error:  # a template is a program of the model's maker: anything may come
        raise ModelError(
            f"the chat template of {name} cannot be used: {error}",
            hint="an instruction-tuned model has one that takes an image and a text",
        ) from error
    return str(rendered)


def _refuse_thinking(rendered: str, name: str) -> None:
    opened, closed = (rendered.rfind(mark) for mark in _THINK)
    if opened > closed:
        raise ModelError(
            f"{name} thinks before it answers, and its template has no way to switch that off",
            hint="use its variant without thinking: the first word must be the answer",
        )


def _source(processor: Any) -> str:
    """The chat template as it is written."""
    own = getattr(processor, "chat_template", None)
    return str(own or getattr(processor.tokenizer, "chat_template", None) or "")
