"""The scorer: all questions about a picture in one run behind the picture's context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluejudge.asks import Score, YesNo
from cluejudge.embedded.decoder import BATCH, Context, Contexts, Decoder, stacked
from cluejudge.embedded.labels import Labels
from cluejudge.embedded.packing import lay_out, rows_of
from cluejudge.embedded.prompt import Prompts
from cluejudge.image import Picture

_ROOM = 192  # tokens of questions in one row
_RUN = 1024  # tokens of all rows of one run, padding included: more would leave the caches


@dataclass(frozen=True, slots=True)
class _Row:
    """Questions (indices of asks) that stand behind one context, and their tokens in all."""

    context: Context
    asks: tuple[int, ...]
    length: int


class EmbeddedScorer:
    """P(Yes) and P(No) of the token after the question, exact, over the whole vocabulary."""

    def __init__(
        self, decoder: Decoder, contexts: Contexts, prompts: Prompts, labels: Labels
    ) -> None:
        self._decoder = decoder
        self._contexts = contexts
        self._prompts = prompts
        self._labels = labels

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask; one without a picture is asked without the image's tokens.

        To the last bit, an answer about a picture depends on what else is asked about it, and one
        without a picture on nothing. Raises `ModelError` for a content that cannot be asked about
        (`Prompts.question`).
        """
        questions = [self._prompts.question(ask.content) for ask in asks]
        places: dict[Picture | None, list[int]] = {}
        for place, ask in enumerate(asks):
            places.setdefault(ask.image, []).append(place)
        answers: dict[int, YesNo] = {}
        for place in places.pop(None, ()):
            blind = _row(self._contexts.blind(), [place], questions)
            answers |= self._run([blind], questions)
        for contexts in self._contexts_of(places):
            for run in _runs(contexts, questions):
                answers |= self._run(run, questions)
        return [answers[place] for place in range(len(asks))]

    def _contexts_of(
        self, places: dict[Picture | None, list[int]]
    ) -> Iterator[list[tuple[Context, list[int]]]]:
        """The contexts of some pictures at a time, each with the places of its asks."""
        pictures = [picture for picture in places if picture is not None]
        for start in range(0, len(pictures), BATCH):
            part = pictures[start : start + BATCH]
            yield [
                (context, places[picture])
                for picture, context in zip(part, self._contexts(part), strict=True)
            ]

    def _run(self, rows: Sequence[_Row], questions: Sequence[Sequence[int]]) -> dict[int, YesNo]:
        context = rows[0].context
        layout = lay_out([[questions[ask] for ask in row.asks] for row in rows], context.shape[-2])
        logits, _ = self._decoder(layout, stacked([row.context for row in rows]))
        asked = (ask for row in rows for ask in row.asks)
        return {ask: self._labels.read(one) for ask, one in zip(asked, logits, strict=True)}


def _runs(
    contexts: Sequence[tuple[Context, list[int]]], questions: Sequence[Sequence[int]]
) -> Iterator[list[_Row]]:
    """Rows of about one length together, so that little of a run is padding."""
    rows = [
        _row(context, [asks[i] for i in row], questions)
        for context, asks in contexts
        for row in rows_of([len(questions[ask]) for ask in asks], _ROOM)
    ]
    run: list[_Row] = []
    for row in sorted(rows, key=lambda row: -row.length):
        if run and (len(run) + 1) * run[0].length > _RUN:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _row(context: Context, asks: list[int], questions: Sequence[Sequence[int]]) -> _Row:
    return _Row(context, tuple(asks), sum(len(questions[ask]) for ask in asks))
