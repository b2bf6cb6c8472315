"""Which pictures a student learns from, and which it is held against. No chance is in it."""

from __future__ import annotations

import hashlib
from enum import IntEnum

_SHARES = 100


class Split(IntEnum):
    """What a picture is for.

    Heads are fitted on `TRAIN`. Their strength and calibration, and how far a picture may be from
    those, is fitted on `CALIBRATE`; the bands on `BANDS`; and on `TEST` nothing is, so that it
    tells how far a student agrees with the judge on what none of it has seen.
    """

    TRAIN = 0
    CALIBRATE = 1
    BANDS = 2
    TEST = 3


_UP_TO = {Split.TRAIN: 30, Split.CALIBRATE: 40, Split.BANDS: 80, Split.TEST: _SHARES}


def split_of(key: str) -> Split:
    """The split of all pictures with this key: equal and nearly equal ones must share theirs."""
    place = number(key) % _SHARES
    return next(split for split, up_to in _UP_TO.items() if place < up_to)


def number(key: str) -> int:
    """A number of 64 bits that is evenly spread over keys."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
