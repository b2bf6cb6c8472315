"""Very many places of digests, put in the order of the digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

from cluejudge.batch.buckets import Buckets, Records

Place: TypeAlias = tuple[str, int, int]
"""A digest (sha256, hex), its shard and its row."""
Keyed: TypeAlias = tuple[bytes, int, int]
"""As a `Place`, with the digest's bytes."""

_DIGEST = 32
_WIDTH = _DIGEST + 8


def by_digest(groups: Iterable[list[Place]], scratch: Path) -> Iterator[Iterator[Keyed]]:
    """All places in the order of their digests, in groups; those of one digest in theirs.

    Where they are many, 40 bytes of each are kept in files in `scratch`, which is the caller's to
    remove; a hundred million take some 100 MB of memory. Raises `OSError` if they cannot be
    written.
    """
    buckets = Buckets(scratch, _WIDTH)
    for group in groups:
        buckets.put(_records(group))
    yield from map(_sorted, buckets)


def _records(group: list[Place]) -> Records:
    records = np.empty((len(group), _WIDTH), np.uint8)
    raw = bytes.fromhex("".join(digest for digest, _, _ in group))
    records[:, :_DIGEST] = np.frombuffer(raw, np.uint8).reshape(-1, _DIGEST)
    places = np.array([place for _, *place in group], "<u4").reshape(-1, 2)
    records[:, _DIGEST:] = places.view(np.uint8)
    return records


def _sorted(records: Records) -> Iterator[Keyed]:
    words = np.ascontiguousarray(records[:, :_DIGEST]).view(">u8")
    ordered = records[np.lexsort(words.T[::-1])]
    keys = ordered[:, :_DIGEST].tobytes()
    shards, rows = np.ascontiguousarray(ordered[:, _DIGEST:]).view("<u4").T.tolist()
    starts = range(0, len(keys), _DIGEST)
    return zip((keys[at : at + _DIGEST] for at in starts), shards, rows, strict=True)
