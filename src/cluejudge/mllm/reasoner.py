"""The reasoner: a model explains, then answers in one token, behind what it read of the picture."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cluejudge.asks import Reason, Reasoning
from cluejudge.mllm.inference.generation import Generator, Task, Text
from cluejudge.mllm.scorer import with_room
from cluejudge.mllm.strategies import Kit

_ANNOUNCED = re.compile(r"(?:^|[\n.!?])\W*answer\W*:\W*$", re.IGNORECASE)
"""The end of a text whose next word is the answer."""

_TAIL = 24
"""Tokens at a text's end in which the announcement is looked for."""

_MIN_MASS = 0.5
"""P(Yes) + P(No) under which the answer at the end of a reasoning is none."""


class MllmReasoner:
    """Reasonings continue from the cached prefixes of their pictures, all of a batch side by side.

    The answer is P(Yes) of the token behind `Answer:`, which is put there if the model ended
    without it. A text that is cut off answers nothing, nor does one with neither Yes nor No behind.
    """

    def __init__(self, kit: Kit, generator: Generator) -> None:
        self._kit = kit
        self._generator = generator
        self._announcement = tuple(kit.prompts.encode("\n\nAnswer:"))

    def reason(self, asks: Sequence[Reason]) -> list[Reasoning]:
        """A reasoning for each ask, of at most its own tokens.

        Raises `ModelError` for a content that cannot be asked about, and for a model that fails.
        """
        found, self._kit = with_room(self._kit, lambda kit: self._reason(kit, asks))
        return found

    def _reason(self, kit: Kit, asks: Sequence[Reason]) -> list[Reasoning]:
        questions = [kit.prompts.question(ask.content, explain=True) for ask in asks]
        prefixes = kit.prefixes([ask.image for ask in asks], kit.batch_tokens)
        tasks = [
            Task(prefix, ids, self._limit(ask))
            for prefix, ids, ask in zip(prefixes, questions, asks, strict=True)
        ]
        return [self._reasoning(kit, text) for text in self._written(kit, tasks)]

    def _limit(self, ask: Reason) -> int:
        """The tokens of its own words: the answer and what announces it have their room too."""
        return max(1, ask.max_tokens - len(self._announcement) - 1)

    def _written(self, kit: Kit, tasks: Sequence[Task]) -> list[Text]:
        """The texts; the answer of those that ended without it stands behind them now."""
        texts = self._generator.write(tasks, self._announced, kit.batch_tokens)
        silent = [
            place
            for place, text in enumerate(texts)
            if text.ended and not self._announced(text.ids)
        ]
        asked = [
            Task(
                tasks[place].prefix, (*tasks[place].ids, *texts[place].ids, *self._announcement), 0
            )
            for place in silent
        ]
        read = self._generator.write(asked, self._announced, kit.batch_tokens)
        for place, text in zip(silent, read, strict=True):
            ids = (*texts[place].ids, *self._announcement)
            texts[place] = Text(ids, True, text.next)
        return texts

    def _announced(self, ids: Sequence[int]) -> bool:
        return bool(ids) and bool(_ANNOUNCED.search(self._kit.prompts.decode(ids[-_TAIL:])))

    def _reasoning(self, kit: Kit, text: Text) -> Reasoning:
        written = kit.prompts.decode(text.ids).strip()
        if not self._announced(text.ids):
            return Reasoning(written, None, None, len(text.ids))
        verdict = kit.labels.read(text.next[None])[0]
        if verdict.label_mass < _MIN_MASS or verdict.p_yes == 0.5:
            return Reasoning(written, None, None, len(text.ids))
        answer = verdict.p_yes > 0.5
        said = f"{written} {'Yes' if answer else 'No'}"
        return Reasoning(said, answer, verdict.p_yes, len(text.ids) + 1)
