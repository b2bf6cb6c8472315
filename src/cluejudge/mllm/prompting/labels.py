"""Yes and No as tokens, found where the answer stands, and read off the next token's logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from cluejudge.asks import YesNo
from cluejudge.errors import ModelError
from cluejudge.models.spellings import NO, YES

SPELLINGS = {"yes": YES, "no": NO}


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
            raise ModelError(
                "the model's scores are no numbers",
                hint="float16 overflows in some models: try dtype=bfloat16 or dtype=float32",
            )
        return [YesNo(yes, no) for yes, no in sides.double().cpu().tolist()]

    @staticmethod
    def _side(logs: Tensor, found: tuple[tuple[str, int], ...]) -> Tensor:
        ids = torch.tensor(sorted({token for _, token in found}), device=logs.device)
        return logs[:, ids].logsumexp(-1)

    def __str__(self) -> str:
        sides = (
            ", ".join(f"{text!r} {token}" for text, token in found) for found in (self.yes, self.no)
        )
        return "; ".join(sides)


def find_labels(encode: Callable[[str], list[int]], tail: str, name: str) -> Labels:
    """The spellings of Yes and No that are one token behind `tail`, the end of every prompt.

    Raises `ModelError` if a side has none, or a token would mean both.
    """
    before = encode(tail)
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for side, spellings in SPELLINGS.items():
        added = [(spelling, encode(tail + spelling)) for spelling in spellings]
        found[side] = tuple(
            (spelling, ids[-1])
            for spelling, ids in added
            if len(ids) == len(before) + 1 and ids[:-1] == before
        )
        if not found[side]:
            raise ModelError(
                f"{name} has no single token for {spellings[0]!r} where its answer begins",
                hint="its answers cannot be read off one token; use another model",
            )
    if {token for _, token in found["yes"]} & {token for _, token in found["no"]}:
        raise ModelError(f"one token of {name} means both Yes and No")
    return Labels(found["yes"], found["no"])
