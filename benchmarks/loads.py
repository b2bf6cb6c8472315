"""What a judge asks of a batch of pictures: all questions, those about masked ones, reasonings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean

from benchmarks.contents import CONTENTS
from benchmarks.roofline import Lengths, Mix
from cluejudge.asks import Reason, Score
from cluejudge.image import Box, Picture
from cluejudge.mllm.inference.generation import Generator
from cluejudge.mllm.prompting.tokens import Prompts
from cluejudge.mllm.reasoner import MllmReasoner
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.strategies import STRATEGIES, Kit


@dataclass(frozen=True, slots=True)
class Load:
    """The asks of one batch of pictures of one size, in the order in which a judge sends them."""

    image_tokens: int
    wanted: Mix
    pictures: tuple[Picture, ...]
    scores: tuple[Score, ...]
    again: tuple[Score, ...]
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, image_tokens: int, pictures: Sequence[Picture], mix: Mix) -> Load:
        """A mix, in whole asks."""
        masked = [_masked(picture) for picture in pictures[:: round(1 / mix.masked)]]
        asked, again = CONTENTS[: mix.questions], CONTENTS[: mix.questions_again]
        count = len(pictures)
        turns = [divmod(number, count) for number in range(round(mix.reasonings * count))]
        return cls(
            image_tokens,
            mix,
            tuple(pictures),
            tuple(Score(picture, content) for picture in pictures for content in asked),
            tuple(Score(picture, content) for picture in masked for content in again),
            tuple(Reason(pictures[place], CONTENTS[turn], mix.words) for turn, place in turns),
        )

    def mix(self, words: float) -> Mix:
        """What it really was, with reasonings of so many tokens."""
        count = len(self.pictures)
        return replace(
            self.wanted,
            masked=len({score.image for score in self.again}) / count,
            reasonings=len(self.reasons) / count,
            words=round(words),
        )


def judged(kit: Kit, way: str, load: Load) -> float:
    """Ask all of it; the mean length of the reasonings, in tokens."""
    scorer = MllmScorer(kit, STRATEGIES[way])
    scorer.score(load.scores)
    scorer.score(load.again)
    written = MllmReasoner(kit, Generator(kit.backbone, ragged=True)).reason(load.reasons)
    return mean(reasoning.tokens for reasoning in written)


def preparing(kit: Kit, load: Load) -> float:
    """Seconds that the processor and the way to the device take for one picture."""
    started = time.perf_counter()
    for picture in load.pictures:
        kit.prefixes.inputs(picture)
    return (time.perf_counter() - started) / len(load.pictures)


def lengths_of(prompts: Prompts, image_tokens: int) -> Lengths:
    """As the model's own tokenizer cuts what is asked; the head holds one token of the picture."""
    plain = [len(prompts.question(content)) for content in CONTENTS]
    explained = [len(prompts.question(content, explain=True)) for content in CONTENTS]
    head = len(prompts.encode(prompts.template.head)) - 1
    return Lengths(image_tokens, image_tokens + head, mean(plain), mean(explained))


def _masked(picture: Picture) -> Picture:
    wide, high = picture.width // 4, picture.height // 4
    return picture.without(Box(wide, high, 3 * wide, 3 * high))
