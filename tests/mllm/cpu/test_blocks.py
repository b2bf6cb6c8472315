from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.mllm.cpu import blocks, products
from cluejudge.mllm.cpu.blocks import Block, blocks_of
from cluejudge.mllm.cpu.products import by_products, set_products
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Packed
from tests.mllm.kits import asks, kit_around, picture

QUERIES, KEYS = 20, 30
LIKE = torch.zeros(1, 1, QUERIES, 8)

sizes = st.integers(1, 40)


def some_mask(seed: int = 0) -> torch.Tensor:
    return torch.rand(1, 1, QUERIES, KEYS, generator=torch.Generator().manual_seed(seed)) < 0.1


def of(mask: torch.Tensor, like: torch.Tensor = LIKE, step: int = 7) -> list[Block]:
    return blocks_of(mask, like, step, causal=False)


def seen_by(found: list[Block], queries: int, keys: int, rows: int = 1) -> torch.Tensor:
    """What blocks tell, as a mask [rows, heads or 1, queries, keys]."""
    parts = []
    for block in found:
        places = torch.arange(keys)[block.keys]
        count = block.queries.stop - block.queries.start
        shape = (1, 1, count) if block.bias is None else block.bias.shape[:-1]
        seen = torch.zeros(*shape, keys, dtype=torch.bool)
        seen[..., places] = True
        if block.bias is not None:
            assert block.bias.shape[-1] > 0
            seen[..., places[-block.bias.shape[-1] :]] = block.bias == 0
        assert seen.shape[-2] == count
        parts.append(seen.expand(rows, *seen.shape[-3:]))
    whole = torch.cat(parts, dim=-2)
    assert whole.shape[-2] == queries
    return whole


@given(rows=st.integers(1, 3), queries=sizes, keys=sizes, step=sizes, share=st.floats(0, 1))
def test_what_is_seen_is_what_the_mask_says(
    rows: int, queries: int, keys: int, step: int, share: float
) -> None:
    chance = torch.Generator().manual_seed(rows + queries + keys + step)
    mask = torch.rand(rows, 1, queries, keys, generator=chance) < share
    found = of(mask, torch.zeros(rows, 1, queries, 8), step)
    assert torch.equal(seen_by(found, queries, keys, rows), mask)
    assert all(block.queries.stop - block.queries.start <= step for block in found)


@given(queries=sizes, step=sizes)
def test_without_a_mask_a_query_sees_the_keys_before_it(queries: int, step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CAUSAL", 3)
        found = blocks_of(None, torch.zeros(1, 1, queries, 8), step, causal=True)
    before = torch.ones(queries, queries, dtype=torch.bool).tril()
    assert torch.equal(seen_by(found, queries, queries)[0], before)
    assert all(block.queries.stop - block.queries.start <= 3 for block in found)
    free = blocks_of(None, torch.zeros(1, 1, queries, 8), step, causal=False)
    assert [block.queries.start for block in free] == list(range(0, queries, step))
    assert {(block.keys == slice(None), block.bias) for block in free} == {(True, None)}


def test_keys_that_no_query_of_a_block_sees_are_left_out() -> None:
    mask = torch.zeros(1, 1, QUERIES, KEYS, dtype=torch.bool)
    mask[:, :, :7, 3:5] = mask[:, :, 7:, 9] = True
    first, *others = of(mask)
    assert isinstance(first.keys, torch.Tensor)
    assert first.keys.tolist() == [3, 4]
    assert [torch.arange(KEYS)[block.keys].tolist() for block in others] == [[9], [9]]


def test_keys_at_the_front_that_all_see_have_no_bias() -> None:
    mask = some_mask()
    mask[..., :12] = True
    mask[:, :, 7:, :] = True
    first, *others = of(mask)
    assert first.bias is not None
    assert first.bias.shape[-1] <= KEYS - 12
    assert [block.bias for block in others] == [None] * len(others)


class TestWorkedOutOnce:
    def test_for_all_layers_that_are_given_the_same_mask(self) -> None:
        mask = some_mask()
        assert of(mask) is of(mask)
        assert of(mask.clone()) is not of(mask)

    def test_again_for_other_blocks(self) -> None:
        mask = some_mask()
        for step in (7, 8, 30):  # 7 and 8 make as many blocks
            assert of(mask, step=step)[0].queries == slice(0, min(step, QUERIES))
            assert torch.equal(seen_by(of(mask, step=step), QUERIES, KEYS), mask)

    def test_again_for_another_precision(self) -> None:
        mask = some_mask()
        for dtype in (torch.float32, torch.bfloat16, torch.float32):
            found = of(mask, LIKE.to(dtype))
            assert {block.bias.dtype for block in found if block.bias is not None} == {dtype}

    @pytest.mark.parametrize(
        ("made_inferring", "changed_inferring"), [(False, False), (False, True), (True, True)]
    )
    def test_again_for_a_mask_that_was_changed(
        self, made_inferring: bool, changed_inferring: bool
    ) -> None:
        with torch.inference_mode(made_inferring):
            mask = some_mask()
            part = mask[:, :, 3]
        assert torch.equal(seen_by(of(mask), QUERIES, KEYS), mask)
        with torch.inference_mode(changed_inferring):
            part[:] = True
        assert torch.equal(seen_by(of(mask), QUERIES, KEYS), mask)

    @pytest.mark.parametrize("share", [0.1, 1.0])
    @pytest.mark.parametrize("dtype", [torch.bool, torch.float32])
    def test_a_mask_is_not_kept_alive(self, share: float, dtype: torch.dtype) -> None:
        gc.collect()
        before = len(blocks._KNOWN)
        mask = (torch.rand(1, 1, QUERIES, KEYS) < share).to(dtype)
        key = torch.zeros(1, 1, KEYS, 8)
        by_products(LIKE, key, key, mask, scale=1.0, causal=False)
        assert len(blocks._KNOWN) == before + (dtype == torch.bool)
        watched = weakref.ref(mask)
        del mask
        assert watched() is None
        assert len(blocks._KNOWN) == before

    @pytest.mark.parametrize("family", ["qwen3_vl", "llava"])
    def test_in_a_whole_model(
        self, family: str, checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = MllmOptions(dtype="float32", device="cpu")
        kit = kit_around(load_backbone(str(checkpoint(family)), options))
        assert set_products(kit.backbone.model)
        asked = asks(picture(1))
        Packed(kit).answer(asked)  # reads the picture
        worked_out = count(monkeypatch, blocks, "_masked")
        used = count(monkeypatch, products, "blocks_of")
        Packed(kit).answer(asked)
        assert len(used) == kit.backbone.model.config.text_config.num_hidden_layers > 1
        assert len(worked_out) == 1


def count(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[str]:
    """Grows by one whenever that function of a module is called."""
    calls: list[str] = []
    real = getattr(module, name)

    def counted(*given: Any, **how: Any) -> Any:
        calls.append(name)
        return real(*given, **how)

    monkeypatch.setattr(module, name, counted)
    return calls
