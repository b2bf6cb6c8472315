from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import Qwen2Config

from cluejudge.mllm.opening import budget
from cluejudge.mllm.opening.budget import LEAST, MOST, USUAL, batch_tokens, token_bytes

EIGHT_BILLION = {
    "hidden_size": 4096,
    "intermediate_size": 12_288,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
}
GIB = 2**30


def model(*devices: str) -> Any:
    """As much of a model of 8B as tells where it is and how large its tokens are."""
    config = Qwen2Config(**EIGHT_BILLION)
    weights = [SimpleNamespace(device=torch.device(device)) for device in devices]
    return SimpleNamespace(parameters=lambda: weights, config=config, dtype=torch.bfloat16)


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """Free bytes by device."""
    told: dict[str, int | None] = {}
    monkeypatch.setattr(budget, "free_bytes", lambda device: told[str(device)])
    return told


def test_a_token_takes_its_cache_and_what_a_layer_works_on() -> None:
    cache = 2 * 8 * 128 * 36
    assert token_bytes(Qwen2Config(**EIGHT_BILLION), torch.bfloat16) > 2 * cache
    full = token_bytes(Qwen2Config(**EIGHT_BILLION), torch.float32)
    assert full == 2 * token_bytes(Qwen2Config(**EIGHT_BILLION), torch.bfloat16)


def test_heads_that_are_not_told_are_all_of_one_size() -> None:
    told = SimpleNamespace(
        hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4
    )
    same = SimpleNamespace(**vars(told), num_key_value_heads=4, head_dim=16)
    assert token_bytes(told, torch.float32) == token_bytes(same, torch.float32)


def test_processors_get_the_usual_number(free: dict[str, int | None]) -> None:
    assert batch_tokens(model("cpu")) == USUAL
    free["cuda:0"] = None
    assert batch_tokens(model("cuda:0")) == USUAL


@pytest.mark.parametrize(
    ("gib", "low", "high"), [(0, LEAST, LEAST), (8, 4000, 8000), (120, MOST, MOST)]
)
def test_a_gpu_gets_what_it_has_room_for(
    gib: int, low: int, high: int, free: dict[str, int | None]
) -> None:
    free["cuda:0"] = gib * GIB
    assert low <= batch_tokens(model("cuda:0")) <= high


@given(sizes=st.lists(st.integers(0, 200 * GIB), min_size=2, max_size=4))
def test_the_fullest_of_several_gpus_decides(sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "free_bytes", lambda device: sizes[device.index])
        names = [f"cuda:{place}" for place in range(len(sizes))]
        alone = [batch_tokens(model(name)) for name in names]
        assert batch_tokens(model(*names, "cpu")) == min(alone)
        assert LEAST <= min(alone) <= max(alone) <= MOST
