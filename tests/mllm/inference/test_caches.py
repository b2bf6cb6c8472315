from __future__ import annotations

import torch
from transformers import DynamicCache, Qwen3_5TextConfig

from cluejudge.mllm.inference.caches import all_rows, branch, joined

HEADS, SIZE = 2, 4


def filled(rows: int, tokens: int = 3, seed: int = 0) -> DynamicCache:
    """A cache of two layers with random keys and values."""
    cache = DynamicCache()
    made = torch.Generator().manual_seed(seed)
    for layer in range(2):
        cache.update(
            torch.randn(rows, HEADS, tokens, SIZE, generator=made),
            torch.randn(rows, HEADS, tokens, SIZE, generator=made),
            layer,
        )
    return cache


def keys(cache: DynamicCache) -> list[torch.Tensor]:
    return [layer.keys.clone() for layer in cache.layers]


def alike(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_branch_grows_alone() -> None:
    cache = filled(2)
    before = keys(cache)
    for grown in (branch(cache), branch(cache, torch.tensor([1, 0, 1]))):
        rows = grown.layers[0].keys.shape[0]
        grown.update(*torch.ones(2, rows, HEADS, 1, SIZE), 0)
        assert grown.layers[0].keys.shape[2] == 4
    assert alike(keys(cache), before)


def test_a_branch_has_the_rows_that_were_asked_for() -> None:
    cache = filled(3)
    taken = branch(cache, torch.tensor([2, 0, 2]))
    assert alike(keys(taken), [one[[2, 0, 2]] for one in keys(cache)])


def test_states_that_are_written_into_are_not_shared() -> None:
    config = Qwen3_5TextConfig(num_hidden_layers=2, layer_types=["linear_attention"] * 2)
    cache = DynamicCache(config=config)
    cache.update_recurrent_state(torch.ones(2, HEADS, SIZE, SIZE), 0)
    taken = branch(cache, torch.tensor([0, 1]))
    taken.update_recurrent_state(torch.zeros(2, HEADS, SIZE, SIZE), 0)
    assert float(cache.layers[0].recurrent_states[0].sum()) == 2 * HEADS * SIZE * SIZE


def test_rows_of_several_caches_stand_in_one() -> None:
    one, other = filled(2, seed=1), filled(3, seed=2)
    both = joined([(one, [1]), (other, [0, 2]), (one, [0])])
    expected = [
        torch.cat([a[[1]], b[[0, 2]], a[[0]]]) for a, b in zip(keys(one), keys(other), strict=True)
    ]
    assert alike(keys(both), expected)
    both.update(*torch.ones(2, 4, HEADS, 1, SIZE), 0)
    assert one.layers[0].keys.shape[2] == other.layers[0].keys.shape[2] == 3


def test_states_of_several_caches_stand_in_one() -> None:
    config = Qwen3_5TextConfig(num_hidden_layers=1, layer_types=["linear_attention"])
    caches = [DynamicCache(config=config) for _ in range(2)]
    for number, cache in enumerate(caches):
        cache.update_recurrent_state(torch.full((2, HEADS, SIZE, SIZE), float(number)), 0)
    states = joined([(caches[1], [0]), (caches[0], [1])]).layers[0].recurrent_states[0]
    assert states[:, 0, 0, 0].tolist() == [1.0, 0.0]


def test_all_rows_in_order_need_no_copy() -> None:
    device = torch.device("cpu")
    assert all_rows([0, 1], 2, device) is None
    assert all_rows([1, 0], 2, device) is not None
    assert all_rows([0], 2, device) is not None
