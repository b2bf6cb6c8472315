"""The embedded model's checkpoint keeps the contract of all strategies, controls and all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
import torch

from cluejudge.embedded.models import DATA
from cluejudge.mllm.models import make_kit
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Fork, Kit, Naive, Packed, Strategy, packed
from tests.mllm import test_strategies as contract
from tests.mllm.kits import asks, picture


@cache
def embedded() -> Kit:
    """In float32, told what it was trained to be told."""
    options = MllmOptions(device="cpu", dtype="float32")
    return make_kit(load_backbone(str(DATA / "checkpoint"), options), options)


@pytest.fixture
def kit() -> Kit:
    return embedded()


class TestEmbeddedContract(contract.TestContract):
    @pytest.fixture(params=[Fork, Packed])
    def strategy(self, request: pytest.FixtureRequest, kit: Kit) -> Strategy:
        made: Strategy = request.param(kit)
        return made


@pytest.mark.parametrize("control", ["mask", "positions"])
def test_packed_without_its_parts_is_wrong(
    control: str, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = packed.lay_out

    def spoilt(rows: Sequence[packed.Row], prefix: int) -> packed.Layout:
        layout = right(rows, prefix)
        count, tokens = layout.ids.shape
        if control == "positions":
            return replace(layout, places=torch.arange(tokens).expand(count, -1))
        sees = torch.ones(count, 1, tokens, prefix + tokens, dtype=torch.bool)
        return replace(layout, sees=sees.tril(prefix))

    asked = asks(picture(1), picture(2))
    true = Naive(kit).answer(asked)
    assert contract.gap(Packed(kit).answer(asked), true) < contract.CLOSE
    monkeypatch.setattr(packed, "lay_out", spoilt)
    assert contract.gap(Packed(kit).answer(asked), true) > 20 * contract.CLOSE
