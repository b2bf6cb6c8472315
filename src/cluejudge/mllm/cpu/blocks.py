"""Blocks of queries, and what each of them sees: of a mask worked out once, not in every layer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

CAUSAL = 128
"""Queries in a block where each sees the keys up to its own place: the block computes all of them
up to its end, so that a larger one computes more for nothing; smaller ones are slow products."""


@dataclass(frozen=True, slots=True)
class Block:
    """The places of some queries, and of the keys that any of them sees.

    `bias` [..., queries, last keys] is added to the scores of as many of those keys, the last ones.
    """

    queries: slice
    keys: slice | Tensor
    bias: Tensor | None = None


def blocks_of(mask: Tensor | None, like: Tensor, step: int, *, causal: bool) -> list[Block]:
    """Blocks of at most `step` queries, in order; `like` [..., queries, size] are the queries.

    `mask` and `causal` are those of `by_products`.
    """
    queries = like.shape[-2]
    step = min(step, CAUSAL) if causal else step
    spans = [slice(start, min(start + step, queries)) for start in range(0, queries, step)]
    if mask is None:
        return [_causal(span, like) if causal else Block(span, slice(None)) for span in spans]
    if mask.dtype != torch.bool:
        return [Block(span, slice(None), mask[:, :, span]) for span in spans]
    return _known(mask, spans, like.dtype)


_Key = tuple[int, list[slice], torch.dtype]

_KNOWN: WeakIdKeyDictionary = WeakIdKeyDictionary()
"""Blocks of masks of truth values, by the mask itself, with what else they hang on.

An entry goes with its mask, so no block may hold a view of it.
"""


def _known(mask: Tensor, spans: list[slice], dtype: torch.dtype) -> list[Block]:
    if mask.is_inference():  # such a tensor does not count how often it was changed
        return [_masked(mask, span, dtype) for span in spans]
    key: _Key = mask._version, spans, dtype
    found: tuple[_Key, list[Block]] | None = _KNOWN.get(mask)
    if found is None or found[0] != key:
        found = key, [_masked(mask, span, dtype) for span in spans]
        _KNOWN[mask] = found
    return found[1]


def _masked(mask: Tensor, span: slice, dtype: torch.dtype) -> Block:
    """The keys that any query of a block sees: of packed questions each block sees its own."""
    part = mask[:, :, span]
    places = part.flatten(0, 2).any(0).nonzero()[:, 0]
    if not 0 < len(places) < mask.shape[-1]:
        return Block(span, slice(None), _last(part, dtype))
    return Block(span, places, _last(part[..., places], dtype))


def _last(seen: Tensor, dtype: torch.dtype) -> Tensor | None:
    """The bias of the keys behind those at the front that all queries see, as a picture's are."""
    unseen = seen.flatten(0, 2).all(0).logical_not().nonzero()
    return _bias(seen[..., int(unseen[0]) :], dtype) if len(unseen) else None


def _causal(span: slice, like: Tensor) -> Block:
    """The keys up to a block's end; of its own keys, those behind a query are not seen."""
    count = span.stop - span.start
    seen = torch.ones(count, count, dtype=torch.bool, device=like.device).tril()
    return Block(span, slice(span.stop), _bias(seen, like.dtype))


def _bias(seen: Tensor, dtype: torch.dtype) -> Tensor:
    """What is added to the scores: nothing where a key is seen, else so much that it weighs 0."""
    return (seen.to(dtype) - 1) * (torch.finfo(dtype).max / 2)
