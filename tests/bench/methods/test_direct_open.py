"""The zero-shot baselines of open models in this process, on tiny random checkpoints."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from PIL import Image as PILImage

from cluejudge import prompts
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.registry import GROUPS, load_method
from cluejudge.bench.predictions import Prediction
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.settings import Method, Thresholds
from cluejudge.verdict import Outcome
from tests.bench.methods.scripted import PRIOR, RULES, WHOLE, sample
from tests.mllm.families import build, opening
from tests.mllm.kits import picture

FAMILIES = ("llava", "qwen3_vl")
PICTURES = (1, 2, 3)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`checkpoint(family)` is the folder of its checkpoint."""
    folder = tmp_path_factory.mktemp("checkpoints")
    return cache(lambda family: build(family, folder / family))


def opened(folder: Path) -> Models:
    """The models as a user opens them, without those that stand beside."""
    options = {"device": "cpu", "dtype": "float32", "encoder": "none", "detector": "none"}
    return load_models(str(folder), options)


def predicted(models: Models, name: str, *, least: float = 0.5) -> list[Prediction]:
    """What a baseline says; answers of which less than `least` is Yes or No are none."""
    setup = Setup(
        RULES,
        load=lambda: models,
        thresholds=Thresholds(min_label_mass=least),
        method=Method(reasoning_tokens=40),
    )
    given = (sample(str(seed), png(seed)) for seed in PICTURES)
    return list(load_method(name, setup).predict(given))


def png(seed: int) -> bytes:
    file = io.BytesIO()
    PILImage.fromarray(picture(seed).pixels).save(file, "PNG")
    return file.getvalue()


def plainly(folder: Path, content: str) -> list[float]:
    """P(Yes) by one forward pass each, of a prompt that is put together here."""
    one = opening.opened(folder)
    text = f"{prompts.load('ask').text} {content}"
    parts = [{"type": "image"}, {"type": "text", "text": text}]
    chat = one.processor.apply_chat_template(
        [{"role": "user", "content": parts}], add_generation_prompt=True
    )
    found = []
    for seed in PICTURES:
        taken = opening.inputs(one.processor, [picture(seed)], [str(chat)])
        with torch.inference_mode():
            found.append(opening.p_yes(one.processor, one.model(**taken).logits[0, -1]))
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("name", "content"), [("prior", PRIOR), ("whole", WHOLE)])
def test_the_score_is_that_of_a_plain_forward_pass(
    family: str, name: str, content: str, checkpoint: Callable[[str], Path]
) -> None:
    found = predicted(opened(checkpoint(family)), name, least=0)
    scores = plainly(checkpoint(family), content)
    assert [one.score for one in found] == pytest.approx(scores, abs=1e-4)
    assert len(set(scores)) == len(PICTURES)
    for one, score in zip(found, scores, strict=True):
        assert one.outcome is (Outcome.UNSAFE if score >= 0.5 else Outcome.SAFE)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", GROUPS["baselines"])
def test_random_weights_give_no_answer_and_none_is_safe(
    family: str, name: str, checkpoint: Callable[[str], Path]
) -> None:
    for one in predicted(opened(checkpoint(family)), name):
        assert one.outcome in {Outcome.ABSTAIN, Outcome.UNSAFE}
        assert one.reason or one.evidence
        reasons = name.endswith("-cot")
        assert (one.cost.reasonings, one.cost.reasoning_tokens > 0) == (reasons, reasons)
