from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch.bydigest import Place, by_digest

DIGESTS = st.integers(0, 5).map(lambda number: f"{number * 7:064x}") | st.binary(
    min_size=32, max_size=32
).map(bytes.hex)
PLACES = st.tuples(DIGESTS, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(PLACES, max_size=20), max_size=5))
def test_they_come_as_a_stable_sort_has_them(groups: list[list[Place]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        found = [
            (key.hex(), shard, row)
            for group in by_digest(groups, Path(name))
            for key, shard, row in group
        ]
    places = [place for group in groups for place in group]
    assert found == sorted(places, key=lambda place: place[0])
