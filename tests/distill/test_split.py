from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.distill.split import Split, number, split_of


@given(st.text())
def test_a_key_is_always_in_one_split(key: str) -> None:
    assert split_of(key) is split_of(key)
    assert 0 <= number(key) < 2**64


def test_the_shares_are_those_that_are_told() -> None:
    counts = Counter(split_of(f"{key:016x}") for key in range(20_000))
    shares = {split: counts[split] / 20_000 for split in Split}
    wanted = {Split.TRAIN: 0.3, Split.CALIBRATE: 0.1, Split.BANDS: 0.4, Split.TEST: 0.2}
    assert all(abs(shares[split] - wanted[split]) < 0.015 for split in Split)
