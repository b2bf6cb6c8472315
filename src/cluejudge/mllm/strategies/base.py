"""What the strategies share: a model's parts, and questions by the batch they stand behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.prefix import Batch, Prefixes
from cluejudge.mllm.prompting.labels import Labels
from cluejudge.mllm.prompting.tokens import Prompts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kit:
    """A model ready to be asked; `batch_tokens` is the most that one pass may hold."""

    backbone: Backbone
    prompts: Prompts
    labels: Labels
    prefixes: Prefixes
    batch_tokens: int


class Strategy(Protocol):
    """A way to ask."""

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """One ask: its place among the asks, its row in the batch it stands behind, its tokens."""

    place: int
    row: int
    ids: tuple[int, ...]


def by_batch(kit: Kit, asks: Sequence[Score]) -> list[tuple[Batch, list[Question]]]:
    """The questions behind each batch of prefixes."""
    questions = [kit.prompts.question(ask.content) for ask in asks]
    prefixes = kit.prefixes([ask.image for ask in asks], kit.batch_tokens)
    groups: dict[int, tuple[Batch, list[Question]]] = {}
    for place, (prefix, ids) in enumerate(zip(prefixes, questions, strict=True)):
        group = groups.setdefault(id(prefix.batch), (prefix.batch, []))
        group[1].append(Question(place, prefix.row, ids))
    return list(groups.values())


def runs(
    rows: Sequence[T], size: Callable[[T], int], length: int, budget: int
) -> Iterator[list[T]]:
    """Rows of about one size together, as many as the budget of tokens has room for.

    Each stands behind a prefix of `length` tokens, and is filled up to the largest of its run.
    """
    run: list[T] = []
    for row in sorted(rows, key=size, reverse=True):
        longest = size(run[0]) if run else size(row)
        if run and (len(run) + 1) * (length + longest) > budget:
            yield run
            run = []
        run.append(row)
    if run:
        yield run
