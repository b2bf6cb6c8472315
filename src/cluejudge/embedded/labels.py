"""Yes and No as tokens, and their probabilities among all that could be said next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from cluejudge.asks import YesNo
from cluejudge.embedded.card import LabelTokens
from cluejudge.embedded.session import Floats
from cluejudge.errors import ModelError
from cluejudge.models.spellings import NO, YES


@dataclass(frozen=True, slots=True)
class Labels:
    """The ids of all tokens that say Yes, and of all that say No."""

    yes: tuple[int, ...]
    no: tuple[int, ...]

    def read(self, logits: Floats) -> YesNo:
        """The answer in the logits of one next token, [words].

        Each side is the sum over its spellings, as a share of the whole vocabulary: a model that
        would rather say something else shows it by a low label mass.
        """
        scores = logits.astype(np.float64)
        total = np.logaddexp.reduce(scores)
        yes, no = (np.logaddexp.reduce(scores[list(ids)]) - total for ids in (self.yes, self.no))
        return YesNo(float(yes), float(no))


def label_tokens(tokenizer: Tokenizer, contexts: Sequence[str]) -> LabelTokens:
    """The spellings of Yes and No that are single tokens in every one of `contexts`.

    Raises `ModelError` if a side has none or a token would mean both, so that no probability is
    ever read off the wrong token.
    """
    yes, no = (_single(tokenizer, spellings, contexts) for spellings in (YES, NO))
    if not yes or not no:
        raise ModelError(f"no single tokens for {YES[0] if no else NO[0]} in the embedded models")
    if set(yes.values()) & set(no.values()):
        raise ModelError("one token means both Yes and No in the embedded models")
    return LabelTokens(yes=yes, no=no)


def _single(
    tokenizer: Tokenizer, spellings: Sequence[str], contexts: Sequence[str]
) -> dict[str, int]:
    """Each spelling that adds exactly one token, always the same one, behind every context."""
    found = {}
    for spelling in spellings:
        added = {tuple(_added(tokenizer, context, spelling)) for context in contexts}
        if len(added) == 1 and len(ids := added.pop()) == 1:
            found[spelling] = ids[0]
    return found


def _added(tokenizer: Tokenizer, context: str, spelling: str) -> list[int]:
    """The tokens behind those of `context`; none if the text's own tokens change with it."""
    alone = tokenizer.encode(context, add_special_tokens=False).ids
    both: list[int] = tokenizer.encode(context + spelling, add_special_tokens=False).ids
    return both[len(alone) :] if both[: len(alone)] == alone else []
