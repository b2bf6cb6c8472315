from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from cluejudge.errors import ModelError
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.generation import Generator
from cluejudge.mllm.inference.prefix import model_inputs
from cluejudge.mllm.prompting.template import render
from cluejudge.mllm.strategies import Kit
from cluejudge.mllm.writer import MllmWriter
from cluejudge.models.protocols import Write
from tests.mllm.families import FAMILIES
from tests.mllm.kits import kit_of, picture


def writer_of(kit: Kit) -> MllmWriter:
    ragged = attention_of(kit.backbone.model.config).full
    return MllmWriter(kit, Generator(kit.backbone, ragged=ragged))


@torch.inference_mode()
def generated(kit: Kit, ask: Write) -> str:
    """What the library itself writes."""
    processor, pictured = kit.backbone.processor, ask.image is not None
    text = render(processor, ask.prompt, pictured=pictured, name="m")
    inputs = model_inputs(kit.backbone, text, ask.image, add_special=kit.prompts.adds_special)
    ids = kit.backbone.model.generate(**inputs, do_sample=False, max_new_tokens=ask.max_tokens)
    return kit.prompts.decode(ids[0, inputs["input_ids"].shape[1] :].tolist()).strip()


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_are_those_of_the_library(family: str, checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint(family))
    asks = [Write("say a word", picture(1), 8), Write("sum it up", None, 8)]
    assert writer_of(kit).write(asks) == [generated(kit, ask) for ask in asks]


def test_special_tokens_are_refused(checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint("llava"))
    with pytest.raises(ModelError, match="meaning of its own"):
        writer_of(kit).write([Write(f"say {kit.backbone.processor.image_token}")])
