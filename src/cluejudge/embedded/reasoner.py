"""The reasoner: a short reasoning, word by word, and the answer that stands at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cluejudge.asks import Reason, Reasoning, YesNo
from cluejudge.embedded.decoder import BATCH, Context, Contexts, Decoder, stacked
from cluejudge.embedded.labels import Labels
from cluejudge.embedded.packing import Layout, lay_out
from cluejudge.embedded.prompt import Prompts
from cluejudge.embedded.session import Bools, Floats, Ints

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
    """Writes the likeliest words (greedily), all asks of a batch side by side."""

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
        for start in range(0, len(asks), BATCH):
            part = slice(start, start + BATCH)
            contexts = self._contexts([ask.image for ask in asks[part]])
            drafts = [_Draft(min(ask.max_tokens, self._longest)) for ask in asks[part]]
            self._write(contexts, questions[part], drafts)
            found += [self._reasoning(draft) for draft in drafts]
        return found

    def _write(
        self,
        contexts: Sequence[Context],
        questions: Sequence[Sequence[int]],
        drafts: Sequence[_Draft],
    ) -> None:
        """Write all drafts to their ends; those that have ended leave the batch."""
        layout = lay_out([[question] for question in questions], contexts[0].shape[-2])
        past = stacked(contexts)
        logits, new = self._decoder(layout, past)
        rows = _Rows.behind(layout, past, new)
        drafts = list(drafts)
        while True:
            for draft, one in zip(drafts, logits, strict=True):
                self._add(draft, one)
            going = [number for number, draft in enumerate(drafts) if draft.open]
            if not going:
                return
            drafts = [drafts[number] for number in going]
            rows = rows.only(going)
            step = rows.step([draft.ids[-1] for draft in drafts])
            logits, new = self._decoder(step, rows.past)
            rows = rows.grown(new)

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


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a batch: their caches, which of the cached tokens are their own, what is next.

    `past` [layers, 2, rows, heads, cached, size]; `valid` [rows, cached], for shorter questions
    are followed by padding; `next` [rows], the position of the next token.
    """

    past: Floats
    valid: Bools
    next: Ints

    @classmethod
    def behind(cls, layout: Layout, past: Floats, new: Floats) -> _Rows:
        """Rows behind their questions."""
        count, length = layout.ids.shape
        ends = layout.ends - np.arange(count) * length
        shared = np.ones((count, past.shape[-2]), np.bool_)
        own = np.arange(length) <= ends[:, None]
        return cls(
            np.concatenate([past, new], axis=-2),
            np.concatenate([shared, own], axis=1),
            past.shape[-2] + ends + 1,
        )

    def only(self, rows: Sequence[int]) -> _Rows:
        """Some of the rows."""
        if len(rows) == len(self.next):
            return self
        return _Rows(self.past[:, :, rows], self.valid[rows], self.next[rows])

    def step(self, ids: Sequence[int]) -> Layout:
        """The layout of one more token a row."""
        sees = np.pad(self.valid, ((0, 0), (0, 1)), constant_values=True)
        column = np.array(ids, np.int64)[:, None]
        return Layout(column, self.next[:, None], sees[:, None, None], np.arange(len(ids)))

    def grown(self, new: Floats) -> _Rows:
        """The rows with that token cached."""
        return _Rows(
            np.concatenate([self.past, new], axis=-2),
            np.pad(self.valid, ((0, 0), (0, 1)), constant_values=True),
            self.next + 1,
        )
