"""Models of the families made ready to be asked, and pictures and contents to ask about."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from cluejudge.asks import Score
from cluejudge.image import Picture
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.prompting.labels import labels_behind
from cluejudge.mllm.prompting.template import Words
from cluejudge.mllm.prompting.tokens import Prompts
from cluejudge.mllm.strategies import Kit

WORDS = Words("Is this in the image? Answer Yes or No.\n\nContent:", "\n\nExplain first.")
CONTENTS = ("a person", "a knife that touches a person", "fire", "two dogs beside a red car")


@lru_cache(maxsize=4)
def kit_of(folder: Path, *, batch_tokens: int = 4096) -> Kit:
    """A model, in float32, as the loader loads it for a user."""
    options = MllmOptions(dtype="float32", device="cpu")
    return kit_around(load_backbone(str(folder), options), batch_tokens)


def kit_around(backbone: Backbone, batch_tokens: int = 4096) -> Kit:
    """A model that is loaded, with the words of these tests."""
    prompts = Prompts(backbone.processor, backbone.tokenizer, backbone.name, WORDS)
    labels = labels_behind(prompts.encode, prompts.template.tail, backbone.name)
    return Kit(backbone, prompts, labels, Prefixes(backbone, prompts, kept=4096), batch_tokens)


def picture(seed: int, height: int = 56, width: int = 56) -> Picture:
    """A picture of coloured blocks."""
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    rows = np.arange(height) * 4 // height
    columns = np.arange(width) * 4 // width
    return Picture(blocks[rows][:, columns])


def asks(*pictures: Picture | None, contents: tuple[str, ...] = CONTENTS) -> list[Score]:
    """Every content about every picture, picture by picture."""
    return [Score(one, content) for one in pictures for content in contents]
