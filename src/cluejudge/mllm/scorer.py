"""The scorer: a strategy, with a smaller batch where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.mllm.strategies import Kit, Strategy

_LEAST = 512
"""Tokens in one pass under which a smaller batch is no way out."""

T = TypeVar("T")


class MllmScorer:
    """P(Yes) and P(No) of the first token of the answer, exact, over the whole vocabulary."""

    def __init__(self, kit: Kit, strategy: Callable[[Kit], Strategy]) -> None:
        self._kit = kit
        self._strategy = strategy

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        """An answer for each ask; one without a picture is asked without the picture's tokens.

        Raises `ModelError` for a content that cannot be asked about, and for a model that fails.
        """
        answers, self._kit = with_room(self._kit, lambda kit: self._strategy(kit).answer(asks))
        return answers


def with_room(kit: Kit, ask: Callable[[Kit], T]) -> tuple[T, Kit]:
    """What `ask` gives, and the kit that it could be given with.

    Each time that the device's memory runs out, the batch is halved. Raises `ModelError` when there
    is no room for even the smallest, and for what torch raises.
    """
    while True:
        try:
            return ask(kit), kit
        except torch.OutOfMemoryError as error:
            if kit.batch_tokens <= _LEAST:
                raise ModelError(
                    f"{kit.backbone.name} ran out of memory: {error}",
                    hint="try a smaller model, dtype=bfloat16 or fewer image tokens",
                ) from error
            torch.cuda.empty_cache()
            kit = replace(kit, batch_tokens=kit.batch_tokens // 2)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise ModelError(f"{kit.backbone.name} failed: {error}") from error
