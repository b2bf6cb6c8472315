"""Yes and No as tokens, and their probabilities among all that could be said next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from cluejudge.asks import YesNo
from cluejudge.embedded.card import LabelTokens
from cluejudge.embedded.session import Floats
from cluejudge.models.spellings import find_labels


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

    Raises `ModelError` as `find_labels` does.
    """

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    yes, no = find_labels(encode, contexts, "the embedded model")
    return LabelTokens(yes=yes, no=no)
