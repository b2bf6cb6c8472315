from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.cpu import capabilities, products
from cluejudge.mllm.cpu.products import PRODUCTS, SDPA, attend, by_products, set_products
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.strategies import Fork, Naive, Packed
from tests.mllm.families import FAMILIES
from tests.mllm.kits import asks, kit_around, picture

FAST = {"avx512_bf16": True}
AMX = {**FAST, "amx_bf16": True}
OLD = {"avx512_f": True}

sizes = st.integers(1, 40)


Three = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def tensors(rows: int, heads: tuple[int, int], lengths: tuple[int, int], *, size: int = 8) -> Three:
    """A query, a key and a value; `heads` of the key and for each of them of the query."""
    (groups, shared), (queries, keys) = heads, lengths
    chance = torch.Generator().manual_seed(rows + queries + keys)
    few, many = (rows, groups, keys, size), (rows, groups * shared, queries, size)
    query, key, value = (torch.randn(shape, generator=chance) for shape in (many, few, few))
    return query, key, value


def expected(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any, **how: Any
) -> torch.Tensor:
    """What torch's own attention gives, laid out as transformers wants it."""
    shared = query.shape[1] // key.shape[1]
    key, value = (part.repeat_interleave(shared, dim=1) for part in (key, value))
    return scaled_dot_product_attention(query, key, value, mask, **how).transpose(1, 2)


@given(
    rows=st.integers(1, 3),
    heads=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    lengths=st.tuples(sizes, sizes),
    kind=st.sampled_from(["all", "truth", "truth of one row", "added"]),
    scores=st.sampled_from([1, 500, products._SCORES]),
)
def test_it_is_attention(
    rows: int, heads: tuple[int, int], lengths: tuple[int, int], kind: str, scores: int
) -> None:
    query, key, value = tensors(rows, heads, lengths)
    mask: torch.Tensor | None = None
    if kind != "all":
        mask = torch.rand(1 if "one" in kind else rows, 1, *lengths) < 0.7
        mask[..., 0] = True  # each query sees something
    if kind == "added" and mask is not None:
        mask = torch.zeros(mask.shape).masked_fill(~mask, -1e9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_SCORES", scores)
        found = by_products(query, key, value, mask, scale=0.3, causal=False)
    torch.testing.assert_close(found, expected(query, key, value, mask, scale=0.3))


@given(queries=sizes, scores=st.sampled_from([1, 500, products._SCORES]))
def test_it_is_causal_attention(queries: int, scores: int) -> None:
    query, key, value = tensors(2, (2, 2), (queries, queries))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_SCORES", scores)
        found = by_products(query, key, value, None, scale=0.3, causal=True)
    torch.testing.assert_close(found, expected(query, key, value, None, is_causal=True, scale=0.3))


@pytest.mark.parametrize("others_see", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_query_that_sees_nothing_gives_numbers(others_see: bool, dtype: torch.dtype) -> None:
    query, key, value = (part.to(dtype) for part in tensors(1, (1, 1), (9, 9)))
    mask = torch.zeros(1, 1, 9, 9, dtype=torch.bool)
    mask[:, :, 3] = others_see
    assert by_products(query, key, value, mask, scale=1.0, causal=False).isfinite().all()


def test_in_bfloat16_it_is_as_near_as_rounding_allows() -> None:
    query, key, value = tensors(1, (2, 2), (64, 300), size=32)
    half = query.bfloat16(), key.bfloat16(), value.bfloat16()
    found = by_products(*half, None, scale=32**-0.5, causal=False)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(
        found.float(), expected(query, key, value, None), atol=5e-3, rtol=2e-2
    )


class TestAttend:
    """What transformers calls."""

    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        return count_calls(monkeypatch)

    @pytest.mark.parametrize(
        ("queries", "keys", "how", "causal"),
        [
            (16, 16, {}, True),
            (16, 16, {"is_causal": False}, False),
            (16, 30, {"is_causal": False}, False),
            (16, 30, {}, None),
            (4, 30, {"is_causal": False}, None),
            (16, 16, {"dropout": 1e-9}, None),
            (16, 16, {"position_bias": torch.ones(1, 4, 16, 16)}, None),
        ],
    )
    def test_what_products_cannot_do_is_left_to_sdpa(
        self, queries: int, keys: int, how: dict[str, Any], causal: bool | None, calls: list[bool]
    ) -> None:
        query, key, value = tensors(1, (2, 2), (queries, keys))
        module: Any = SimpleNamespace(is_causal=True, num_key_value_groups=2)
        found, _ = attend(module, query, key, value, None, **how)
        oracle = sdpa_attention_forward(module, query, key, value, None, **how)
        torch.testing.assert_close(found, oracle[0])
        assert calls == ([] if causal is None else [causal])

    def test_what_sdpa_cannot_do_either_is_refused(self, calls: list[bool]) -> None:
        query, key, value = tensors(1, (2, 2), (16, 16))
        module: Any = SimpleNamespace(is_causal=True, num_key_value_groups=2)
        with pytest.raises(ValueError, match="softcap"):
            attend(module, query, key, value, None, softcap=30.0)
        assert calls == []

    def test_a_mask_takes_the_place_of_causality(self, calls: list[bool]) -> None:
        query, key, value = tensors(1, (2, 2), (16, 30))
        module: Any = SimpleNamespace(is_causal=True, num_key_value_groups=2)
        mask = torch.rand(1, 1, 16, 30) < 0.5
        found, _ = attend(module, query, key, value, mask)
        torch.testing.assert_close(found, expected(query, key, value, mask))
        assert calls == [False]


def loaded(folder: Path, dtype: Any = "float32") -> Backbone:
    return load_backbone(str(folder), MllmOptions(dtype=dtype, device="cpu"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_the_same_by_products(
    family: str, checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "_LEAST", 1)
    kit = kit_around(loaded(checkpoint(family)))
    asked = asks(picture(1), picture(2), None)
    true = Naive(kit).answer(asked)
    assert set_products(kit.backbone.model)
    watched = count_calls(monkeypatch)
    full = attention_of(kit.backbone.model.config).full
    for strategy in (Naive, Fork, Packed) if full else (Naive, Fork):
        before = len(watched)
        found = strategy(replace(kit, prefixes=Prefixes(kit.backbone, kit.prompts, kept=4096)))
        answers = found.answer(asked)
        assert max(abs(a.p_yes - b.p_yes) for a, b in zip(answers, true, strict=True)) < 1e-4
        assert len(watched) > before


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each call was causal, of those that products answer from now on."""
    seen: list[bool] = []
    real = products.by_products

    def watched(*tensors: Any, scale: float, causal: bool) -> torch.Tensor:
        seen.append(causal)
        return real(*tensors, scale=scale, causal=causal)

    monkeypatch.setattr(products, "by_products", watched)
    return seen


@pytest.mark.parametrize(
    ("able", "dtype", "wanted"),
    [
        (FAST, "bfloat16", PRODUCTS),
        (FAST, "float32", SDPA),
        (AMX, "bfloat16", SDPA),
        (OLD, "bfloat16", SDPA),
        ({}, "bfloat16", SDPA),
    ],
)
def test_it_is_used_where_it_is_faster(
    able: dict[str, bool],
    dtype: str,
    wanted: str,
    checkpoint: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capabilities, "capabilities", lambda: able)
    model = loaded(checkpoint("llava"), dtype).model
    assert model.config._attn_implementation == wanted
    assert model.config.text_config._attn_implementation == wanted


def test_a_part_with_a_way_of_its_own_keeps_it(checkpoint: Callable[[str], Path]) -> None:
    model = loaded(checkpoint("llava")).model
    model.set_attn_implementation({"vision_config": "eager"})
    assert set_products(model)
    assert model.config.vision_config._attn_implementation == "eager"
    assert model.config.text_config._attn_implementation == PRODUCTS
    model.set_attn_implementation("eager")
    assert not set_products(model)
    assert model.config.text_config._attn_implementation == "eager"
