from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.mllm import selfcheck
from cluejudge.mllm.inference.attention import Attention
from cluejudge.mllm.selfcheck import choose
from cluejudge.mllm.strategies import Fork, Kit, Naive
from tests.mllm.kits import asks, kit_of, picture

NOT_FULL = ("qwen3_5", "gemma3")


class Wrong:
    """A strategy whose every answer is Yes."""

    def __init__(self, kit: Kit) -> None:
        pass

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        return [YesNo(-0.0001, -9.0) for _ in asks]


class Broken(Wrong):
    """A strategy that a model has no room for."""

    def answer(self, asks: Sequence[Score]) -> list[YesNo]:
        raise RuntimeError("shapes do not match")


@pytest.fixture
def llava(checkpoint: Callable[[str], Path]) -> Kit:
    return kit_of(checkpoint("llava"))


def test_a_model_that_cannot_be_asked_at_all_is_told(
    llava: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[YesNo]:
        raise KeyError("pixel_values")

    monkeypatch.setattr(Naive, "answer", broken)
    with pytest.raises(ModelError, match="cannot be asked: KeyError: 'pixel_values'"):
        choose(llava)


def test_full_attention_is_packed(llava: Kit) -> None:
    choice = choose(llava)
    assert choice.strategy == "packed"
    assert "full attention" in choice.reason


@pytest.mark.parametrize("family", NOT_FULL)
def test_others_are_forked_and_the_reason_is_told(
    family: str, checkpoint: Callable[[str], Path]
) -> None:
    choice = choose(kit_of(checkpoint(family)))
    assert choice.strategy == "fork"
    assert "some text layers are" in choice.reason


@pytest.mark.parametrize("family", NOT_FULL)
def test_packed_is_refused_where_it_would_be_wrong(
    family: str, checkpoint: Callable[[str], Path]
) -> None:
    with pytest.raises(ModelError, match="packed does not fit"):
        choose(kit_of(checkpoint(family)), "packed")


@pytest.mark.parametrize("bad", [Wrong, Broken])
def test_a_strategy_with_other_answers_is_not_trusted(
    llava: Kit, bad: type[Wrong], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "STRATEGIES", {"packed": bad, "fork": Fork, "naive": Naive})
    choice = choose(llava)
    assert choice.strategy == "fork"
    assert "packed is off" in choice.reason or "packed fails" in choice.reason
    with pytest.raises(ModelError, match=r"packed does not fit .* packed (is off|fails)"):
        choose(llava, "packed")


def test_one_by_one_where_nothing_else_fits(llava: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfcheck, "STRATEGIES", {"packed": Wrong, "fork": Broken, "naive": Naive})
    choice = choose(llava)
    assert choice.strategy == "naive"
    assert "packed is off" in choice.reason
    assert "fork fails" in choice.reason


@pytest.mark.parametrize(
    "error",
    [
        KeyError("no such key"),
        AssertionError("no such key"),
        OSError("no such key"),
        ModelError("no such key", hint="do something"),
        torch.OutOfMemoryError("no such key"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_strategy_that_fails_in_any_way_gives_way_and_why_is_told(
    llava: Kit, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(Wrong):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            raise error

    monkeypatch.setattr(selfcheck, "STRATEGIES", {"packed": Failing, "fork": Fork, "naive": Naive})
    choice = choose(llava)
    assert choice.strategy == "fork"
    assert "packed fails: " in choice.reason
    assert "no such key" in choice.reason
    assert "do something" not in choice.reason
    assert ("out of memory" in choice.reason) == isinstance(error, torch.OutOfMemoryError)


def test_no_room_even_for_one_question_is_told(llava: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    def starving(*_: object) -> list[YesNo]:
        raise torch.OutOfMemoryError("tried to allocate 9 GiB")

    monkeypatch.setattr(Naive, "answer", starving)
    with pytest.raises(ModelError, match="ran out of memory: tried") as told:
        choose(llava)
    assert "smaller model" in told.value.hint


def test_a_strategy_that_spoils_what_it_reads_takes_no_other_with_it(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packed questions change the states of linear attention, which others then read on from."""
    monkeypatch.setattr(selfcheck, "attention_of", lambda _: Attention(True, "taken for full"))
    kit = kit_of(checkpoint("qwen3_5"))
    kit = replace(kit, prefixes=kit.prefixes.fresh())
    choice = choose(kit)
    assert choice.strategy == "fork"
    assert "packed is off" in choice.reason
    asked = asks(picture(1), None)
    both = zip(Fork(kit).answer(asked), Naive(kit).answer(asked), strict=True)
    assert all(abs(a.p_yes - b.p_yes) < 1e-4 for a, b in both)


@pytest.mark.parametrize("wanted", ["fork", "packed", "naive"])
def test_a_wish_that_fits_is_granted(llava: Kit, wanted: str) -> None:
    assert choose(llava, wanted).strategy == wanted
