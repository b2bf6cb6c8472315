from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.strategies import Kit
from tests.mllm.kits import asks, kit_of, picture


@pytest.fixture
def kit(checkpoint: Callable[[str], Path]) -> Kit:
    kit = kit_of(checkpoint("llava"))
    return replace(kit, prefixes=Prefixes(kit.backbone, kit.prompts, kept=4096))


class Hungry:
    """A strategy that needs small batches; it writes down those that it was tried with."""

    tried: ClassVar[list[int]] = []

    def __init__(self, kit: Kit) -> None:
        self.size = kit.batch_tokens

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        self.tried.append(self.size)
        if self.size > 1024:
            raise torch.OutOfMemoryError("too much")
        return [YesNo(-1.0, -1.0) for _ in asks]


def test_a_batch_that_is_too_large_is_halved_for_good(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hungry, "tried", [])
    scorer = MllmScorer(kit, Hungry)
    asked = asks(picture(1))
    assert len(scorer.score(asked)) == len(asked)
    scorer.score(asked)
    assert Hungry.tried == [4096, 2048, 1024, 1024]


SAID_ON_PROCESSORS = (
    "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you "
    "tried to allocate 4398046511104 bytes."
)


@pytest.mark.parametrize("error", [RuntimeError(SAID_ON_PROCESSORS), MemoryError()])
def test_a_processor_without_room_halves_the_batch_too(kit: Kit, error: Exception) -> None:
    tried = []

    class Large(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            tried.append(self.size)
            if self.size > 1024:
                raise error
            return [YesNo(-1.0, -1.0) for _ in asks]

    assert len(MllmScorer(kit, Large).score(asks(picture(1)))) == len(asks(picture(1)))
    assert tried == [4096, 2048, 1024]


def test_all_memory_is_given_back_before_the_next_attempt(kit: Kit) -> None:
    held: list[weakref.ref[object]] = []
    alive: list[bool] = []

    class Holding(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            if held:
                alive.extend(one() is not None for one in held)
                return [YesNo(-1.0, -1.0) for _ in asks]
            worked_on = torch.zeros(3)
            read = kit.prefixes([ask.image for ask in asks], self.size)[0].batch.cache
            held.extend((weakref.ref(worked_on), weakref.ref(read)))
            raise torch.OutOfMemoryError("too much")

    MllmScorer(kit, Holding).score(asks(picture(1)))
    assert alive == [False, False]


@pytest.mark.parametrize("error", [RuntimeError, ValueError, IndexError, TypeError, AttributeError])
def test_what_a_model_raises_is_told(kit: Kit, error: type[Exception]) -> None:
    class Broken(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise error("no kernel")

    with pytest.raises(ModelError, match="failed: no kernel"):
        MllmScorer(kit, Broken).score(asks(picture(1)))


@pytest.mark.parametrize("error", [KeyError("rows"), AssertionError("rows"), OSError("rows")])
def test_no_kind_of_error_ends_a_run(kit: Kit, error: Exception) -> None:
    class Broken(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise error

    with pytest.raises(ModelError, match=r"failed: .*rows"):
        MllmScorer(kit, Broken).score(asks(picture(1)))


def test_no_room_for_the_smallest_batch_is_told(kit: Kit) -> None:
    class Starving(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise torch.OutOfMemoryError("too much")

    with pytest.raises(ModelError, match="ran out of memory") as told:
        MllmScorer(kit, Starving).score(asks(picture(1)))
    assert "image tokens" in told.value.hint
