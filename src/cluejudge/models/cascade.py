"""A reasoner made of any writer: think freely, then sum up as JSON (section 3.5 of the paper)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cluejudge import prompts
from cluejudge.asks import Reason, Reasoning, Unanswered
from cluejudge.errors import ModelError
from cluejudge.models.protocols import Write, Writer

_FENCED = re.compile(r"\s*```(?:json)?[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL | re.IGNORECASE)
_SUMMARY_TOKENS = 100


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reasoning came to."""

    answer: bool
    rationale: str


def estimated_tokens(text: str) -> int:
    """About how many tokens `text` is: one for each four characters, rounded up."""
    return math.ceil(len(text) / 4)


class CascadedReasoner:
    """Two requests an ask: one reasons about the picture, one sums the reasoning up as JSON.

    Both together may be as long as `Reason.max_tokens`; the second has at most 100 tokens of it,
    and sees no picture, so that it cannot judge anew. What cannot be read is no answer, never a
    Yes or a No. `ask` are the words that a model is asked in for its token probabilities, up to
    the content: a request that begins with them can go on from what was read for those.
    `count_tokens` counts what was written; without one it is estimated.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        ask: str | None = None,
        count_tokens: Callable[[str], int] = estimated_tokens,
    ) -> None:
        self._writer = writer
        self._count = count_tokens
        self._ask = prompts.load("ask") if ask is None else prompts.Prompt("ask", ask)
        self._reason = prompts.load("reason")
        self._summarise = prompts.load("summarise")

    @property
    def card(self) -> tuple[tuple[str, str], ...]:
        """The digests of the prompts, for the record."""
        told = (self._ask, self._reason, self._summarise)
        return tuple((f"prompt {prompt.name}", prompt.digest) for prompt in told)

    def reason(self, asks: Sequence[Reason]) -> list[Reasoning | Unanswered]:
        """A reasoning for each ask: all first requests in one batch, then all second ones.

        Where the writer does not answer one of them, neither does the reasoner.
        """
        firsts = self._written([self._first(ask) for ask in asks])
        thoughts = [(place, text) for place, text in enumerate(firsts) if isinstance(text, str)]
        seconds = self._written([self._second(asks[place], text) for place, text in thoughts])
        summed = {
            place: self._reasoning(asks[place], text, second) if isinstance(second, str) else second
            for (place, text), second in zip(thoughts, seconds, strict=True)
        }
        return [
            first if not isinstance(first, str) else summed[place]
            for place, first in enumerate(firsts)
        ]

    def _written(self, requests: list[Write]) -> Sequence[str | Unanswered]:
        texts = self._writer.write(requests) if requests else []
        if len(texts) != len(requests):
            raise ModelError(f"{len(requests)} requests were answered by {len(texts)} texts")
        return texts

    def _first(self, ask: Reason) -> Write:
        prompt = self._reason.render(ask=self._ask.text, content=ask.content)
        tokens = ask.max_tokens - _summary_tokens(ask)
        return Write(prompt.lstrip(), ask.image, tokens, account=ask.account)

    def _second(self, ask: Reason, thought: str) -> Write:
        prompt = self._summarise.render(content=ask.content, reasoning=thought)
        return Write(prompt, max_tokens=_summary_tokens(ask), account=ask.account)

    def _reasoning(self, ask: Reason, thought: str, summary: str) -> Reasoning:
        read = parse_summary(summary)
        text = f"{thought.strip()}\n\n{read.rationale if read else summary.strip()}".strip()
        tokens = min(self._count(thought) + self._count(summary), ask.max_tokens)
        return Reasoning(text, read.answer if read else None, None, tokens)


def _summary_tokens(ask: Reason) -> int:
    return min(_SUMMARY_TOKENS, ask.max_tokens // 2)


def parse_summary(text: str) -> Summary | None:
    """Reads `{"rating": "Yes" | "No", "rationale": str}`, alone or in one code fence.

    Capitals do not matter. None for anything else: other keys, other words, a key given twice,
    text around it.
    """
    fenced = _FENCED.fullmatch(text)
    try:
        data = json.loads(fenced.group(1) if fenced else text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.keys() != {"rating", "rationale"}:
        return None
    rating, rationale = data["rating"], data["rationale"]
    if not (isinstance(rating, str) and isinstance(rationale, str)):
        return None
    answer = {"yes": True, "no": False}.get(rating.strip().lower())
    return None if answer is None else Summary(answer, rationale.strip())


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key is given twice")
    return data
