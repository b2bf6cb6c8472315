"""What is asked of the desk, and what the bench makes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a submission: its verdict, under its own name.

    `data` are the image's bytes, empty where there are none, and `sha256` is theirs.
    `reused_from` is the decision whose verdict this is, if it was in the record already.
    """

    verdict: Verdict
    data: bytes = b""
    sha256: str = ""
    reused_from: str = ""
