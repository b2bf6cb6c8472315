from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.cache_utils import DynamicLayer

from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.filling import fill
from cluejudge.mllm.inference.prefix import Inputs
from tests.mllm.families import FAMILIES
from tests.mllm.kits import kit_of, picture

Read = tuple[Backbone, Inputs]


@pytest.fixture(params=FAMILIES)
def read(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Read:
    kit = kit_of(checkpoint(request.param))
    return kit.backbone, kit.prefixes.inputs(picture(1))


def whole_passes(backbone: Backbone, inputs: Inputs) -> tuple[Any, list[str]]:
    """The cache that `fill` gives, and an entry for each whole pass of the last layer."""
    ends: list[str] = []
    last = backbone.model.get_decoder().layers[-1]
    hook = last.register_forward_hook(lambda *_: ends.append("end"))
    try:
        with torch.inference_mode():
            return fill(backbone.model, inputs), ends
    finally:
        hook.remove()


def states(cache: Any) -> list[torch.Tensor]:
    """Keys and values of all layers that have them."""
    layers = [layer for layer in cache.layers if getattr(layer, "keys", None) is not None]
    return [part for layer in layers for part in (layer.keys, layer.values)]


def test_it_fills_as_a_whole_pass_does(read: Read) -> None:
    backbone, inputs = read
    found, ends = whole_passes(backbone, inputs)
    with torch.inference_mode():
        true = backbone.model.base_model(**inputs, use_cache=True).past_key_values
    assert type(found) is type(true)
    assert list(map(type, found.layers)) == list(map(type, true.layers))
    assert all(map(torch.equal, states(found), states(true)))
    assert len(states(found)) == len(states(true)) > 0
    assert found.get_seq_length() == inputs["input_ids"].shape[1]
    assert bool(ends) is not attention_of(backbone.model.config).full


def test_what_was_filled_grows(read: Read) -> None:
    """Nothing of how the pass was left stays in the cache."""
    backbone, inputs = read
    cache, _ = whole_passes(backbone, inputs)
    length = cache.get_seq_length()
    with torch.inference_mode():
        backbone.model(
            input_ids=torch.tensor([[7]]),
            position_ids=torch.tensor([[length]]),
            past_key_values=cache,
            use_cache=True,
        )
    assert cache.get_seq_length() == length + 1


def test_weights_that_are_elsewhere_are_taken_back(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = kit_of(checkpoint("llava"))
    inputs = kit.prefixes.inputs(picture(1))
    monkeypatch.setattr(kit.backbone.model, "hf_device_map", {"": 0, "x": "cpu"}, raising=False)
    assert whole_passes(kit.backbone, inputs)[1] == ["end"]
    monkeypatch.setattr(kit.backbone.model, "hf_device_map", {"": 0})
    assert whole_passes(kit.backbone, inputs)[1] == []


def test_a_model_may_have_a_cache_of_its_own(
    checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = kit_of(checkpoint("llava"))
    inputs = kit.prefixes.inputs(picture(1))
    true, _ = whole_passes(kit.backbone, inputs)
    whole = kit.backbone.model.base_model.forward

    def forward(*given: Any, past_key_values: Any, **others: Any) -> Any:
        return whole(*given, **others)

    monkeypatch.setattr(kit.backbone.model.base_model, "forward", forward)
    found, ends = whole_passes(kit.backbone, inputs)
    assert ends == ["end"]
    assert type(found.layers[-1]) is DynamicLayer
    assert all(map(torch.equal, states(found), states(true)))
