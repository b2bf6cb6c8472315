"""The fake scorer under watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cluejudge.asks import Failed, Score, YesNo
from cluejudge.models.fake import FakeScorer, load


@dataclass
class Watched:
    """The fake scorer, which notes how often it is shown a picture, and may fail on some."""

    failures: dict[str, int] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    def score(self, asks: Sequence[Score]) -> list[YesNo | Failed]:
        for digest in {ask.image.digest for ask in asks if ask.image}:
            self.seen[digest] += 1
        failing = {digest for digest, left in self.failures.items() if left > 0}
        answers = FakeScorer().score(asks)
        replies: list[YesNo | Failed] = [
            Failed("out of order") if ask.image and ask.image.digest in failing else answer
            for ask, answer in zip(asks, answers, strict=True)
        ]
        for digest in {ask.image.digest for ask in asks if ask.image} & failing:
            self.failures[digest] -= 1
        return replies


def seen(scorer: Watched, data: bytes) -> int:
    return scorer.seen[digest_of(data)]


def digest_of(data: bytes) -> str:
    from cluejudge.image import load as load_image

    return load_image(data).views[0].picture.digest


def watched(**failures: int) -> tuple[Watched, Any]:
    scorer = Watched()
    return scorer, replace(load(), scorer=scorer)
