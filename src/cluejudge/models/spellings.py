"""What counts as Yes and as No where an answer begins: one rule for all whose tokens are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cluejudge.errors import ModelError

Encode = Callable[[str], list[int]]
"""The tokens of a text, with nothing added at its ends."""

YES = ("Yes", "yes", "YES", " Yes", " yes", " YES")
NO = ("No", "no", "NO", " No", " no", " NO")

RULE = "1: the sums over Yes, yes, YES and No, no, NO, bare or behind a space, as single tokens"
"""The rule in words, with its version: part of the key under which answers are kept."""


def find_labels(
    encode: Encode, contexts: Sequence[str], name: str
) -> tuple[dict[str, int], dict[str, int]]:
    """The spellings of Yes and those of No that are one token behind every context, with the token.

    Raises `ModelError` if a side has none or a token would mean both, so that no probability is
    ever read off the wrong token. `name` is the model's.
    """
    yes, no = (_single(encode, spellings, contexts) for spellings in (YES, NO))
    if not yes or not no:
        raise ModelError(
            f"{name} has no single token for {(NO if yes else YES)[0]!r} where its answer begins",
            hint="its answers cannot be read off one token; use another model",
        )
    if set(yes.values()) & set(no.values()):
        raise ModelError(f"one token of {name} means both Yes and No")
    return yes, no


def _single(encode: Encode, spellings: Sequence[str], contexts: Sequence[str]) -> dict[str, int]:
    """Each spelling that adds exactly one token, always the same one, behind every context."""
    found = {}
    for spelling in spellings:
        added = {tuple(_added(encode, context, spelling)) for context in contexts}
        if len(added) == 1 and len(ids := added.pop()) == 1:
            found[spelling] = ids[0]
    return found


def _added(encode: Encode, context: str, spelling: str) -> list[int]:
    """The tokens behind those of `context`; none if the text's own tokens change with it."""
    alone, both = encode(context), encode(context + spelling)
    return both[len(alone) :] if both[: len(alone)] == alone else []
