"""One spelling for each value, so that its hash can be worked out again by anyone."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """`value` as JSON: keys sorted, no spaces, ASCII only, no NaN or infinity (ValueError).

    ASCII, so that it is the same text in a database of any encoding, and may hold a zero byte.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def entry_hash(*, seq: int, at: str, kind: str, subject: str, body: str, previous: str) -> str:
    """sha256, hex, over the canonical JSON of an object of exactly these fields."""
    says = {"seq": seq, "at": at, "kind": kind, "subject": subject, "body": body}
    return hashlib.sha256(canonical_json(says | {"previous": previous}).encode()).hexdigest()
