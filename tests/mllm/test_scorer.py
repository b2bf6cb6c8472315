from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.strategies import Kit
from tests.mllm.kits import asks, kit_of, picture


@pytest.fixture
def kit(checkpoint: Callable[[str], Path]) -> Kit:
    return kit_of(checkpoint("llava"))


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


@pytest.mark.parametrize("error", [RuntimeError, ValueError, IndexError, TypeError])
def test_what_a_model_raises_is_told(kit: Kit, error: type[Exception]) -> None:
    class Broken(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise error("no kernel")

    with pytest.raises(ModelError, match="failed: no kernel"):
        MllmScorer(kit, Broken).score(asks(picture(1)))


def test_no_room_for_the_smallest_batch_is_told(kit: Kit) -> None:
    class Starving(Hungry):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise torch.OutOfMemoryError("too much")

    with pytest.raises(ModelError, match="ran out of memory") as told:
        MllmScorer(kit, Starving).score(asks(picture(1)))
    assert "image tokens" in told.value.hint
