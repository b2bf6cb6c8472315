"""The reasoner: a short reasoning, word by word, and the answer that stands at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cluejudge.asks import Reason, Reasoning, YesNo
from cluejudge.embedded.decoder import Context, Contexts, Decoder, stacked
from cluejudge.embedded.labels import Labels
from cluejudge.embedded.packing import Layout, lay_out
from cluejudge.embedded.prompt import Prompts
from cluejudge.embedded.session import Floats

_MIN_MASS = 0.5
"""P(Yes) + P(No) under which the answer at the end of a reasoning is none."""


@dataclass(slots=True)
class _Draft:
    """A reasoning while it is written; `verdict` is the answer where the last one was due."""

    limit: int
    ids: list[int] = field(default_factory=list)
    verdict: YesNo | None = None
    ended: bool = False

    @property
    def open(self) -> bool:
        """Whether a token may still be added."""
        return not self.ended and len(self.ids) < self.limit


class EmbeddedReasoner:
    """Writes the likeliest words (greedily).

    One reasoning after the other: they are few, and so none depends on the others, to the last bit.
    """

    def __init__(
        self,
        decoder: Decoder,
        contexts: Contexts,
        prompts: Prompts,
        labels: Labels,
        *,
        longest: int,
    ) -> None:
        self._decoder = decoder
        self._contexts = contexts
        self._prompts = prompts
        self._labels = labels
        self._longest = longest

    def reason(self, asks: Sequence[Reason]) -> list[Reasoning]:
        """A reasoning for each ask, of at most its own tokens and `longest`.

        It answers only if it ends, and ends in Yes or No said behind the words that announce the
        answer, with most of the probability on the two; cut off, it answers nothing. Raises
        `ModelError` for a content that cannot be asked about (`Prompts.question`).
        """
        questions = [self._prompts.question(ask.content, explain=True) for ask in asks]
        found: list[Reasoning] = []
        for ask, question in zip(asks, questions, strict=True):
            draft = _Draft(min(ask.max_tokens, self._longest))
            self._write(draft, question, self._contexts([ask.image]))
            found.append(self._reasoning(draft))
        return found

    def _write(self, draft: _Draft, question: Sequence[int], context: list[Context]) -> None:
        """Write a draft to its end, behind the one context."""
        past = stacked(context)
        logits, new = self._decoder(lay_out([[question]], past.shape[-2]), past)
        while True:
            self._add(draft, logits[0])
            if not draft.open:
                return
            past = np.concatenate([past, new], axis=-2)
            logits, new = self._decoder(_one_more(draft.ids[-1], past.shape[-2]), past)

    def _add(self, draft: _Draft, logits: Floats) -> None:
        """Add the likeliest next token, and note the answer if this is where it stands."""
        announced = self._prompts.verdict
        if tuple(draft.ids[-len(announced) :]) == announced:
            draft.verdict = self._labels.read(logits)
        draft.ids.append(int(logits.argmax()))
        draft.ended = draft.ids[-1] == self._prompts.end

    def _reasoning(self, draft: _Draft) -> Reasoning:
        text = self._prompts.written(draft.ids)
        verdict, answer = draft.verdict, self._said(draft)
        if verdict is None or answer is None or verdict.label_mass < _MIN_MASS:
            return Reasoning(text, None, None, len(draft.ids))
        return Reasoning(text, answer, verdict.p_yes, len(draft.ids))

    def _said(self, draft: _Draft) -> bool | None:
        """The label between the words that announce the answer and the end; None if it is none."""
        announced, ids = self._prompts.verdict, draft.ids
        if not draft.ended or tuple(ids[-len(announced) - 2 : -2]) != announced:
            return None
        label = ids[-2]
        if label in self._labels.yes:
            return True
        return False if label in self._labels.no else None


def _one_more(token: int, cached: int) -> Layout:
    """The layout of a token behind `cached` others."""
    ids, positions = np.array([[token]], np.int64), np.array([[cached]], np.int64)
    return Layout(ids, positions, np.ones((1, 1, 1, cached + 1), np.bool_), np.zeros(1, np.int64))
