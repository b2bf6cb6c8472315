"""The contract of all strategies over all families: they answer as the oracle does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cluejudge.asks import Score, YesNo
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.strategies import Fork, Kit, Naive, Packed, Strategy, packed
from tests.mllm.families import FAMILIES
from tests.mllm.kits import CONTENTS, asks, kit_of, picture

NOT_FULL = {"qwen3_5", "gemma3"}
"""Families of which some layers are no full attention."""

CLOSE = 1e-4

ALIKE = ("a red car", "a red car beside two dogs", "fire", "a red dog", "a red car", "fire fire")
"""Contents that begin alike, and one that is asked twice."""


def gap(found: Sequence[YesNo], true: Sequence[YesNo]) -> float:
    """The largest difference in P(Yes)."""
    return max(abs(a.p_yes - b.p_yes) for a, b in zip(found, true, strict=True))


@pytest.fixture(params=FAMILIES)
def kit(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Kit:
    kit = kit_of(checkpoint(request.param))
    return replace(kit, prefixes=Prefixes(kit.backbone, kit.prompts, kept=4096))


@pytest.fixture(params=[Fork, Packed])
def strategy(request: pytest.FixtureRequest, kit: Kit) -> Strategy:
    if request.param is Packed and not attention_of(kit.backbone.model.config).full:
        pytest.skip("packed does not fit this family")
    made: Strategy = request.param(kit)
    return made


class TestContract:
    """What every strategy must give, in every family it fits."""

    def test_ragged_questions_of_several_pictures(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(1), picture(2), None)
        assert gap(strategy.answer(asked), Naive(kit).answer(asked)) < CLOSE

    def test_pictures_of_other_sizes(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(1), picture(2, 84, 56), picture(3, 40, 90), contents=CONTENTS[:2])
        assert gap(strategy.answer(asked), Naive(kit).answer(asked)) < CLOSE

    def test_one_question(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(4), contents=CONTENTS[:1])
        assert gap(strategy.answer(asked), Naive(kit).answer(asked)) < CLOSE

    def test_questions_that_begin_alike(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(1), picture(2), contents=ALIKE)
        assert gap(strategy.answer(asked), Naive(kit).answer(asked)) < CLOSE

    def test_order_of_the_questions_does_not_matter(self, strategy: Strategy) -> None:
        asked = asks(picture(5), None, picture(6))
        there, back = strategy.answer(asked), strategy.answer(asked[::-1])
        assert gap(there, back[::-1]) < CLOSE

    def test_other_questions_do_not_matter(self, strategy: Strategy) -> None:
        asked = asks(picture(7), contents=CONTENTS[:2])
        alone = [strategy.answer([ask])[0] for ask in asked]
        assert gap(strategy.answer([*asked, *asks(picture(7), picture(8))])[:2], alone) < CLOSE

    def test_small_batches_change_nothing(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(1), picture(2), picture(3))
        small = type(strategy)(replace(kit, batch_tokens=1))  # type: ignore[call-arg]
        assert gap(small.answer(asked), strategy.answer(asked)) < CLOSE

    def test_no_question(self, strategy: Strategy) -> None:
        assert strategy.answer([]) == []

    def test_label_mass_is_that_of_the_oracle(self, kit: Kit, strategy: Strategy) -> None:
        asked = asks(picture(9))
        both = zip(strategy.answer(asked), Naive(kit).answer(asked), strict=True)
        assert all(abs(a.label_mass - b.label_mass) < CLOSE for a, b in both)


@pytest.fixture(params=[one for one in FAMILIES if one not in NOT_FULL])
def packable(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Kit:
    return kit_of(checkpoint(request.param))


def _packed_gap(kit: Kit) -> float:
    asked = asks(picture(1), picture(2))
    return gap(Packed(kit).answer(asked), Naive(kit).answer(asked))


def test_packed_without_its_mask_is_wrong(packable: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: the contract notices when questions see one another."""
    right = packed.lay_out

    def blurred(rows: Sequence[packed.Row], prefix: int) -> packed.Layout:
        layout = right(rows, prefix)
        tokens = layout.ids.shape[1]
        sees = torch.ones(len(rows), 1, tokens, prefix + tokens, dtype=torch.bool)
        return replace(layout, sees=sees.tril(prefix))

    monkeypatch.setattr(packed, "lay_out", blurred)
    assert _packed_gap(packable) > 20 * CLOSE


def test_packed_without_its_positions_is_wrong(
    packable: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: the contract notices when questions do not count from the prefix."""
    right = packed.lay_out

    def counted_on(rows: Sequence[packed.Row], prefix: int) -> packed.Layout:
        layout = right(rows, prefix)
        places = torch.arange(layout.ids.shape[1]).expand(len(rows), -1)
        return replace(layout, places=places)

    monkeypatch.setattr(packed, "lay_out", counted_on)
    assert _packed_gap(packable) > 20 * CLOSE


@pytest.mark.parametrize("family", sorted(NOT_FULL))
def test_not_every_layer_of_some_families_is_full_attention(
    family: str, checkpoint: Callable[[str], Path]
) -> None:
    assert not attention_of(kit_of(checkpoint(family)).backbone.model.config).full


def test_packed_is_wrong_where_layers_have_states(checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint("qwen3_5"))
    kit = replace(kit, prefixes=kit.prefixes.fresh())  # packed spoils what it reads on from
    assert _packed_gap(kit) > 20 * CLOSE


def test_packed_is_impossible_behind_a_sliding_window(checkpoint: Callable[[str], Path]) -> None:
    """The cache has dropped what a mask over the whole prefix is about."""
    kit = kit_of(checkpoint("gemma3"))
    with pytest.raises(RuntimeError, match="size of tensor a"):
        _packed_gap(replace(kit, prefixes=kit.prefixes.fresh()))


def test_packed_fits_full_attention(packable: Kit) -> None:
    assert attention_of(packable.backbone.model.config).full


def test_a_mask_of_numbers_does_the_same(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Models that compute attention by hand add the mask instead of asking it."""
    kit = kit_of(checkpoint("llava"))
    asked = asks(picture(1), picture(2))
    true = Packed(kit).answer(asked)
    monkeypatch.setattr(Backbone, "attention", "eager")
    assert gap(Packed(kit).answer(asked), true) < CLOSE


def test_a_picture_is_read_once(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = kit_of(checkpoint("llava"))
    kit = replace(kit, prefixes=Prefixes(kit.backbone, kit.prompts, kept=4096))
    first = Packed(kit).answer(asks(picture(1)))
    monkeypatch.setattr("cluejudge.mllm.inference.prefix.prefill", pytest.fail)
    assert Packed(kit).answer(asks(picture(1))) == first
    assert [Score(picture(1), CONTENTS[0])] == asks(picture(1), contents=CONTENTS[:1])
