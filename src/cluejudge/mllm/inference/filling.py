"""A pass that fills a cache and no more: it ends where the last layer has its keys and values.

What the last layer makes of them, attention and all behind it, would be read by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from torch import Tensor
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from cluejudge.mllm.inference.attention import attention_of


class _Filled(Exception):  # noqa: N818
    """Leaves the pass of a model; nothing went wrong."""


class _LastLayer(DynamicLayer):
    """The cache of the last layer: nothing is left to do once it has been written."""

    def update(self, *states: Any, **others: Any) -> Any:
        super().update(*states, **others)
        raise _Filled


def fill(model: PreTrainedModel, inputs: Mapping[str, Tensor]) -> Any:
    """The cache of prompts; models that need it make the whole pass, but for the last matrix."""
    reader = model.base_model
    if not _may_leave(model):
        return reader(**inputs, use_cache=True).past_key_values
    cache = DynamicCache(config=model.config)
    last = cache.layers[-1] = _LastLayer()
    with suppress(_Filled):
        # A model may bring a cache of its own, and then its pass comes to its end.
        return reader(**inputs, past_key_values=cache, use_cache=True).past_key_values
    cache.layers[-1] = DynamicLayer()
    cache.layers[-1].update(last.keys, last.values)
    return cache


def _may_leave(model: PreTrainedModel) -> bool:
    """Whether every layer's cache is of the plain kind, and none of its weights are elsewhere.

    Weights that are brought in for a pass are taken away again at the end of it.
    """
    places = getattr(model, "hf_device_map", None) or {}
    elsewhere = {"cpu", "disk"} & set(map(str, places.values()))
    return not elsewhere and attention_of(model.config).full
