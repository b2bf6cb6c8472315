"""The scorer: a strategy, with a smaller batch where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import CluejudgeError
from cluejudge.mllm.failures import failure, lacks_room
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

    Each time that the device's memory runs out, the batch is halved, and what is remembered of
    pictures is let go. Raises `ModelError` when there is no room for even the smallest batch, and
    for whatever else the model raises.
    """
    while True:
        try:
            return ask(kit), kit
        except CluejudgeError:
            raise
        except Exception as error:  # models and processors of any make, each with ways of its own
            if not lacks_room(error) or kit.batch_tokens <= _LEAST:
                raise failure(kit.backbone.name, error) from error
        # Not before the handler has ended: until then what was raised holds the pass's tensors.
        kit.prefixes.release()
        torch.cuda.empty_cache()
        kit = replace(kit, batch_tokens=kit.batch_tokens // 2)
