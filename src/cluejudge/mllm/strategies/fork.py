"""One copy of the picture's cache for every question; valid for every model with a cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.inference.caches import branch
from cluejudge.mllm.inference.forward import Tokens, read_on
from cluejudge.mllm.inference.prefix import Batch
from cluejudge.mllm.strategies.base import Kit, Question, by_batch


class Fork:
    """Questions as rows of a batch, the shorter ones padded at their ends, where nothing looks."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask."""
        answers: dict[int, YesNo] = {}
        for batch, questions in by_batch(self._kit, asks):
            for run in runs(questions, batch.length, self._kit.batch_tokens):
                answers |= self._run(batch, run)
        return [answers[place] for place in range(len(asks))]

    def _run(self, batch: Batch, run: Sequence[Question]) -> dict[int, YesNo]:
        backbone = self._kit.backbone
        device = backbone.device
        rows = torch.tensor([question.row for question in run], device=device)
        ids = padded([question.ids for question in run]).to(device)
        positions = batch.starts[rows, None] + torch.arange(ids.shape[1], device=device)
        ends = torch.tensor([[len(question.ids) - 1] for question in run], device=device)
        logits = read_on(backbone, branch(batch.cache, rows), Tokens(ids, positions, ends))
        read = self._kit.labels.read(logits[:, 0])
        return {question.place: answer for question, answer in zip(run, read, strict=True)}


def runs(questions: Sequence[Question], length: int, budget: int) -> Iterator[list[Question]]:
    """Questions of about one length together, as many as the budget of tokens has room for."""
    run: list[Question] = []
    for question in sorted(questions, key=lambda question: -len(question.ids)):
        longest = len(run[0].ids) if run else len(question.ids)
        if run and (len(run) + 1) * (length + longest) > budget:
            yield run
            run = []
        run.append(question)
    if run:
        yield run


def padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Token ids [rows, longest], filled up with 0 at the ends."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
