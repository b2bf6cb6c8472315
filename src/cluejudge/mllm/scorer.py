"""The scorer: a strategy, with a smaller batch where memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import CluejudgeError, ModelError
from cluejudge.mllm.opening.hub import brief
from cluejudge.mllm.strategies import Kit, Strategy

_LEAST = 512
"""Tokens in one pass under which a smaller batch is no way out."""

_NO_ROOM = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")
"""What torch says where it has no error of its own for memory: on processors, in some kernels."""

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


def failure(name: str, error: Exception) -> ModelError:
    """What was raised while the model `name` ran, in words that say what to do."""
    if lacks_room(error):
        return ModelError(
            f"{name} ran {cause(error)}",
            hint="try a smaller model, dtype=bfloat16 or fewer image tokens",
        )
    return ModelError(f"{name} failed: {cause(error)}")


def cause(error: Exception) -> str:
    """What an error says, in one line and without what to do about it."""
    if lacks_room(error):
        return f"out of memory: {brief(error)}"
    if isinstance(error, CluejudgeError):
        return str(error.args[0])
    said = brief(error)
    # A bare name, such as the key that is not there, says nothing without the kind of error.
    bare = isinstance(error, KeyError | AssertionError) and said != type(error).__name__
    return f"{type(error).__name__}: {said}" if bare else said


def lacks_room(error: Exception) -> bool:
    """Whether it was raised for want of memory."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and any(said in str(error) for said in _NO_ROOM)
    )
