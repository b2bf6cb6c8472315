"""Texts that come from people, checked before they meet a column of the database."""

from __future__ import annotations

import re

from cluejudge.errors import UsageError
from cluejudge.store.database import holdable

LONGEST_NAME = 128
"""Characters of the name of a key, a reviewer or a constitution."""

LONGEST_TEXT = 10_000
"""Characters of a reason or a note."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def named(what: str, text: str, longest: int = LONGEST_NAME) -> str:
    """`text`, a name of one line; raises UsageError, which calls it `what`, if it is none."""
    if not text.strip() or text != text.strip():
        raise UsageError(f"{what} must have a name without space around it")
    if len(text) > longest:
        raise UsageError(f"the name of {what} has {len(text)} characters, more than {longest}")
    if _CONTROLS.search(text) or not holdable(text):
        raise UsageError(f"the name of {what} holds characters that cannot be written")
    return text


def written(what: str, text: str) -> str:
    """`text` without space around it; raises UsageError if it is too long or cannot be kept."""
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{what} has {len(text)} characters, more than {LONGEST_TEXT}")
    if not holdable(text):
        raise UsageError(f"{what} holds characters that cannot be written")
    return text.strip()
