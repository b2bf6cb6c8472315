"""What is asked of the desk, and what its trials make of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cluejudge.store.records import Source
from cluejudge.verdict import Verdict

Fetch = Callable[[], Awaitable[bytes]]
"""Gets the bytes of an image; raises `ImageError` where it cannot."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One image of a request: its bytes, or what will fetch them."""

    name: str
    source: Source
    data: bytes | Fetch


@dataclass(slots=True, eq=False)
class Origin:
    """Where a verdict comes from: `id` is the first decision on record that it was made for.

    It is empty as long as there is none.
    """

    id: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a submission: its verdict, under its own name.

    `data` are the image's bytes, empty where there are none, and `sha256` is theirs.
    All whose verdict is the same one have the same `origin`.
    """

    verdict: Verdict
    data: bytes = b""
    sha256: str = ""
    origin: Origin = field(default_factory=Origin)
