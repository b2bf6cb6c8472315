"""The ways to ask that the speed benchmark compares: cluejudge's own three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from cluejudge.asks import Score
from cluejudge.image import Picture, load, read
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.models import make_kit
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.strategies import STRATEGIES


class Way(Protocol):
    """One way to ask yes/no questions about the picture in a file.

    `shares` says whether the picture is read once for all questions.
    """

    @property
    def name(self) -> str:
        """As in the table."""
        ...

    @property
    def shares(self) -> bool:
        """Whether the picture is read once."""
        ...

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content: what is timed."""
        ...

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        """The same, each content in one plain pass of the model over the way's own prompt."""
        ...

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        """The tokens that stand behind the picture for each content."""
        ...


class OwnWay:
    """A strategy of cluejudge's scorer, with a kit of its own.

    What one way has read of a picture must not help another.
    """

    def __init__(self, strategy: str, backbone: Backbone, options: MllmOptions) -> None:
        self.name = strategy
        self.shares = strategy != "naive"
        self._kit = make_kit(backbone, options)
        self._scorer = MllmScorer(self._kit, STRATEGIES[strategy])

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content."""
        picture = picture_in(file)
        asks = [Score(picture, content) for content in contents]
        return [answer.p_yes for answer in self._scorer.score(asks)]

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content in a plain pass over the whole prompt."""
        kit, found = self._kit, []
        yes, no = ([token for _, token in side] for side in (kit.labels.yes, kit.labels.no))
        for content in contents:
            template = kit.prompts.template
            text = template.head + template.question(content)
            image = picture_in(file).pil()
            inputs = kit.backbone.processor(text=[text], images=[image], return_tensors="pt")
            found.append(p_yes(kit.backbone.model, inputs, yes, no))
        return found

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        """The tokens that stand behind the picture."""
        prompts = self._kit.prompts
        head = prompts.encode(prompts.template.head)
        mark = self._kit.backbone.processor.vision_end_token_id
        return [behind([*head, *prompts.question(content)], mark) for content in contents]


def picture_in(file: Path) -> Picture:
    """The picture of a file, as the judge reads it."""
    return load(read(file)).views[0].picture


@torch.inference_mode()
def p_yes(model: Any, inputs: Mapping[str, Any], yes: Sequence[int], no: Sequence[int]) -> float:
    """P(Yes) / (P(Yes) + P(No)) of the token behind a prompt, by the ids of both."""
    placed = {name: value.to(model.device) for name, value in inputs.items()}
    logits = model(**placed, use_cache=False).logits[0, -1].double()
    gap = logits[list(yes)].logsumexp(0) - logits[list(no)].logsumexp(0)
    return float(torch.sigmoid(gap))


def behind(ids: Sequence[int], mark: int) -> list[int]:
    """The ids behind the last `mark`, which ends the picture."""
    last = max(place for place, token in enumerate(ids) if token == mark)
    return list(ids[last + 1 :])
