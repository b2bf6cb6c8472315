"""Yes and No as tokens, found where the answer stands, and read off the next token's logits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cluejudge.asks import YesNo
from cluejudge.mllm.failures import no_numbers
from cluejudge.models.spellings import Encode, find_labels


@dataclass(frozen=True, slots=True)
class Labels:
    """Each spelling that is one token behind the prompt, with that token's id."""

    yes: tuple[tuple[str, int], ...]
    no: tuple[tuple[str, int], ...]

    def read(self, logits: Tensor) -> list[YesNo]:
        """The answers in next tokens' logits [n, vocabulary].

        Each side is the sum over its spellings, as a share of the whole vocabulary, so that the
        label mass shows a model that would rather say something else. Raises `ModelError` for
        logits that are no numbers.
        """
        logs = torch.log_softmax(logits.float(), dim=-1)
        sides = torch.stack([self._side(logs, self.yes), self._side(logs, self.no)], dim=-1)
        if not bool(torch.isfinite(sides).all()):
            raise no_numbers("scores", "the model", logits.dtype)
        return [YesNo(yes, no) for yes, no in sides.cpu().double().tolist()]

    @staticmethod
    def _side(logs: Tensor, found: tuple[tuple[str, int], ...]) -> Tensor:
        ids = torch.tensor(sorted({token for _, token in found}), device=logs.device)
        return logs[:, ids].logsumexp(-1)

    def __str__(self) -> str:
        sides = (
            ", ".join(f"{text!r} {token}" for text, token in found) for found in (self.yes, self.no)
        )
        return "; ".join(sides)


def labels_behind(encode: Encode, tail: str, name: str) -> Labels:
    """The labels behind `tail`, the end of every prompt. Raises `ModelError` as `find_labels`."""
    yes, no = find_labels(encode, (tail,), name)
    return Labels(tuple(yes.items()), tuple(no.items()))
