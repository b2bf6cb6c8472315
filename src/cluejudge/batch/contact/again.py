"""Images are read and decoded once more for the contact sheet: nothing of them was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cluejudge.batch.contact.writing import Again
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.decoding.stream import Stream
from cluejudge.batch.entries import Prepared
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.sources.base import Source

_WAIT = 1.0  # seconds; only how often it is looked whether all is done
_AHEAD = 4


def again_from(source: Source, manifest: Manifest, pool: DecodePool) -> Again:
    """Rows as `write_contact` wants them, decoded in the processes of `pool`."""

    def again(shard: int, rows: Sequence[int]) -> Iterator[Prepared]:
        entries = manifest.entries(shard)
        wanted = [entries[row] for row in rows]
        fetched = ((one.entry.row, one) for one in source.fetch(wanted))
        with Stream(pool, fetched, max(_AHEAD, pool.workers)) as stream:
            while not stream.ended:
                if (taken := stream.take(_WAIT)) is not None:
                    yield taken[1]

    return again
