from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch import buckets as module
from cluejudge.batch.buckets import Buckets

WIDTH = 3
GROUPS = st.lists(st.lists(st.binary(min_size=WIDTH, max_size=WIDTH), max_size=20), max_size=6)


@pytest.mark.parametrize("buffer", [1, 7, 1 << 14])
@settings(max_examples=30, deadline=None)
@given(groups=GROUPS)
def test_all_are_there_by_their_first_byte_and_in_their_order(
    buffer: int, groups: list[list[bytes]]
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        patch.setattr(module, "BUFFER", buffer)
        buckets = Buckets(Path(name), WIDTH)
        for group in groups:
            buckets.put(np.frombuffer(b"".join(group), np.uint8).reshape(-1, WIDTH))
        found = [[bytes(record) for record in bucket] for bucket in buckets]
    records = [record for group in groups for record in group]
    assert [one for bucket in found for one in bucket] == sorted(records, key=lambda one: one[0])
    assert all(len({one[0] for one in bucket}) == 1 for bucket in found)


def test_few_are_held_in_memory_and_many_are_not(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path, WIDTH)
    buckets.put(np.zeros((100, WIDTH), np.uint8))
    assert not list(tmp_path.iterdir())
    buckets.put(np.zeros((module.BUFFER, WIDTH), np.uint8))
    assert len(list(tmp_path.iterdir())) == 1
    assert [len(bucket) for bucket in buckets] == [100 + module.BUFFER]
