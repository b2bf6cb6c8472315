"""Branches of a key-value cache: new questions never touch what was read of the picture."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

_OF_ROWS = ("keys", "values", "conv_states", "recurrent_states")
"""What a layer of a cache keeps for each row."""


def branch(cache: Any, rows: Tensor | None = None) -> Any:
    """A cache that grows on its own, with these rows of `cache` (all of them, if None).

    Without rows nothing is copied: a full-attention layer grows by making new tensors. Layers that
    write into their tensors (those with a state) must be branched with rows, which copies.
    """
    grown = copy.copy(cache)
    grown.layers = [_apart(layer) for layer in cache.layers]
    if rows is not None:
        grown.reorder_cache(rows)
    return grown


def joined(parts: Sequence[tuple[Any, list[int]]]) -> Any:
    """One cache with some rows of each of several caches of one length, in their order."""
    branches = [branch(cache, torch.tensor(rows)) for cache, rows in parts]
    first = branches[0]
    if len(branches) > 1:
        for layers in zip(*(one.layers for one in branches), strict=True):
            _join(layers)
    return first


def _join(layers: Sequence[Any]) -> None:
    """Put the rows of all of `layers` into the first of them: keys, values and states."""
    for name in _OF_ROWS:
        told = [getattr(layer, name, None) for layer in layers]
        if isinstance(told[0], Tensor):
            setattr(layers[0], name, torch.cat(told))
        elif isinstance(told[0], dict):
            setattr(layers[0], name, {key: _joined(told, key) for key in told[0]})


def _joined(states: Sequence[Any], key: int) -> Tensor | None:
    """A state of all rows; None for one that the model does not have."""
    found = [one[key] for one in states]
    return None if found[0] is None else torch.cat(found)


def _apart(layer: Any) -> Any:
    """The layer as an object of its own; its tensors are shared, its dictionaries are not."""
    own = copy.copy(layer)
    for name, value in vars(layer).items():
        if isinstance(value, dict):
            setattr(own, name, dict(value))
    return own


def all_rows(rows: list[int], count: int, device: torch.device) -> Tensor | None:
    """`rows` as an index; None if they are just all rows in their order."""
    return None if rows == list(range(count)) else torch.tensor(rows, device=device)
