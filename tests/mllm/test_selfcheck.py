from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.mllm import selfcheck
from cluejudge.mllm.inference.attention import Attention
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.selfcheck import choose
from cluejudge.mllm.strategies import Fork, Kit, Naive, Packed
from tests.mllm.kits import asks, kit_around, kit_of, picture

Precision = Literal["float32", "bfloat16", "float16"]

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
    def broken(*_: object) -> torch.Tensor:
        raise KeyError("pixel_values")

    monkeypatch.setattr(Naive, "logits", broken)
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
    assert not choice.reads_on


@pytest.mark.parametrize(("fork", "reads_on"), [(Fork, True), (Wrong, False), (Broken, False)])
def test_one_by_one_by_wish_tells_whether_the_model_can_read_on(
    llava: Kit, fork: type[Fork | Wrong], reads_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "STRATEGIES", {"fork": fork})
    assert choose(llava, "naive").reads_on == reads_on


@pytest.mark.parametrize(("dtype", "hint"), [("float32", "broken"), ("float16", "dtype=float32")])
@pytest.mark.parametrize("wanted", ["naive", "auto"])
def test_a_model_that_says_no_numbers_is_told_with_a_hint_that_can_help(
    dtype: Precision, hint: str, wanted: str, checkpoint: Callable[[str], Path]
) -> None:
    kit = loaded(checkpoint("llava"), dtype)
    with_logits(kit, lambda logits: logits * torch.nan)
    with pytest.raises(ModelError, match="no numbers") as told:
        choose(kit, wanted)
    assert hint in told.value.hint
    assert ("float32" in told.value.hint) == (dtype != "float32")


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
    def starving(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("tried to allocate 9 GiB")

    monkeypatch.setattr(Naive, "logits", starving)
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


def loaded(folder: Path, dtype: Precision) -> Kit:
    """A model of its own, which a test may change."""
    return kit_around(load_backbone(str(folder), MllmOptions(dtype=dtype, device="cpu")))


def with_logits(kit: Kit, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Have the model give other logits [..., vocabulary]."""
    head = kit.backbone.model.get_output_embeddings()
    head.register_forward_hook(lambda _head, _given, logits: change(logits))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_a_wrong_strategy_is_noticed_though_all_answers_are_sure(
    dtype: Precision, checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "attention_of", lambda _: Attention(True, "taken for full"))
    kit = loaded(checkpoint("qwen3_5"), dtype)
    refused = torch.zeros(kit.backbone.model.config.get_text_config().vocab_size)
    refused[[token for _, token in kit.labels.no]] = 10
    with_logits(kit, lambda logits: logits + refused.to(logits.dtype))
    asked = asks(picture(1), picture(2))
    assert max(answer.p_yes for answer in Packed(kit).answer(asked)) < 0.01
    choice = choose(replace(kit, prefixes=kit.prefixes.fresh()))
    assert choice.strategy == "fork"
    assert "packed is off by" in choice.reason


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("family", ["qwen3_vl", "llava", "internvl"])
def test_right_strategies_are_within_rounding_in_every_precision(
    family: str, dtype: Precision, checkpoint: Callable[[str], Path]
) -> None:
    kit = loaded(checkpoint(family), dtype)
    with_logits(kit, lambda logits: logits * 8)
    assert choose(kit).strategy == "packed"
    assert choose(kit, "fork").strategy == "fork"


@pytest.mark.parametrize(
    ("dtype", "off", "fits"),
    [
        ("float32", 2e-4, True),
        ("float32", 1e-3, False),
        ("float16", 0.05, True),
        ("float16", 0.4, False),
        ("bfloat16", 0.3, True),
        ("bfloat16", 1.0, False),
    ],
)
def test_as_much_as_rounding_is_allowed_and_no_more(
    dtype: Precision,
    off: float,
    fits: bool,
    checkpoint: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the size of the logits: here they are about 25, as a trained model's are."""

    class Off(Naive):
        def answer(self, asks: Sequence[Score]) -> list[YesNo]:
            right = super().answer(asks)
            return [YesNo(one.log_yes - off, one.log_no) for one in right]

    kit = loaded(checkpoint("llava"), dtype)
    with_logits(kit, lambda logits: logits * 7)
    monkeypatch.setattr(selfcheck, "STRATEGIES", {"packed": Off, "fork": Fork, "naive": Naive})
    assert (choose(kit).strategy == "packed") == fits


@pytest.mark.parametrize("wanted", ["fork", "packed", "naive"])
def test_a_wish_that_fits_is_granted(llava: Kit, wanted: str) -> None:
    choice = choose(llava, wanted)
    assert choice.strategy == wanted
    assert choice.reads_on
