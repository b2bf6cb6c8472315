"""One copy of the picture's cache for every question; valid for every model with a cache."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.inference.caches import branch
from cluejudge.mllm.inference.forward import Tokens, padded, read_on
from cluejudge.mllm.inference.prefix import Batch
from cluejudge.mllm.strategies.base import Kit, Question, by_batch, runs


class Fork:
    """Questions as rows of a batch, the shorter ones padded at their ends, where nothing looks."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask."""
        answers: dict[int, YesNo] = {}
        for batch, questions in by_batch(self._kit, asks):
            for run in runs(questions, _size, batch.length, self._kit.batch_tokens):
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


def _size(question: Question) -> int:
    return len(question.ids)
