"""Branches of a key-value cache: new questions never touch what was read of the picture."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor


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
