from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from cluejudge.asks import Reason
from cluejudge.errors import ModelError
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.generation import Generator, Stop, Task, Text
from cluejudge.mllm.inference.prefix import model_inputs
from cluejudge.mllm.prompting.template import render
from cluejudge.mllm.strategies import Kit
from cluejudge.mllm.writer import MllmWriter
from cluejudge.models.cascade import CascadedReasoner
from cluejudge.models.protocols import Write
from tests.mllm.families import FAMILIES
from tests.mllm.kits import CONTENTS, kit_of, picture


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


class Scripted(Generator):
    """Writes the same text each time."""

    def __init__(self, kit: Kit, said: str) -> None:
        self._said = tuple(kit.prompts.encode(said))

    def write(self, tasks: Sequence[Task], stop: Stop, batch_tokens: int) -> list[Text]:
        return [Text(self._said, True, torch.empty(0)) for _ in tasks]


def test_special_tokens_are_text(checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint("qwen3_5"))
    asks = [Write(f"say {mark} now", picture(1), 8) for mark in ("<think>", "< think>")]
    spelled, plain = writer_of(kit).write(asks)
    assert spelled == plain


def test_half_a_character_is_refused(checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint("llava"))
    with pytest.raises(ModelError, match="half of a character"):
        writer_of(kit).write([Write("say \ud800")])


@pytest.mark.parametrize("family", ["qwen3_5", "llava"])
@pytest.mark.parametrize("said", ["<think> it is so </think>", "Yes <image>", "<|im_end|>\nNo"])
def test_a_model_that_writes_special_tokens_is_unsure(
    family: str, said: str, checkpoint: Callable[[str], Path]
) -> None:
    kit = kit_of(checkpoint(family))
    writer = MllmWriter(kit, Scripted(kit, said))
    (found,) = CascadedReasoner(writer).reason([Reason(picture(1), CONTENTS[0])])
    assert (found.answer, found.p_yes) == (None, None)
