from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from cluejudge.asks import Reason
from cluejudge.mllm.inference.attention import attention_of
from cluejudge.mllm.inference.generation import Generator, Task
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.reasoner import MllmReasoner
from cluejudge.mllm.strategies import Kit
from tests.mllm.families import FAMILIES
from tests.mllm.kits import CONTENTS, kit_of, picture

TOKENS = 16


def reasoner_of(kit: Kit) -> MllmReasoner:
    ragged = attention_of(kit.backbone.model.config).full
    return MllmReasoner(kit, Generator(kit.backbone, ragged=ragged))


@pytest.fixture(params=FAMILIES)
def kit(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Kit:
    kit = kit_of(checkpoint(request.param))
    return replace(kit, prefixes=Prefixes(kit.backbone, kit.prompts, kept=4096))


@torch.inference_mode()
def generated(kit: Kit, ask: Reason) -> str:
    """What the library itself writes, from the whole prompt on."""
    question = kit.prompts.template.question(ask.content, explain=True)
    inputs = kit.prefixes.inputs(ask.image, question)
    ids = kit.backbone.model.generate(
        **inputs, do_sample=False, max_new_tokens=ask.max_tokens, num_beams=1
    )
    return kit.prompts.decode(ids[0, inputs["input_ids"].shape[1] :].tolist()).strip()


def test_texts_are_those_of_the_library(kit: Kit) -> None:
    asks = [Reason(picture(k), c, TOKENS) for k in (1, 2) for c in CONTENTS[:3]]
    for found, ask in zip(reasoner_of(kit).reason(asks), asks, strict=True):
        true = generated(kit, ask)
        assert found.text.startswith(true) or true.startswith(found.text.removesuffix("\ufffd"))


def test_texts_written_together_are_those_written_alone(kit: Kit) -> None:
    asks = [
        Reason(picture(k), c, n) for k, c, n in zip((1, 2, 1), CONTENTS, (13, 18, 15), strict=False)
    ]
    reasoner = reasoner_of(kit)
    assert reasoner.reason(asks) == [reasoner.reason([ask])[0] for ask in asks]


def test_a_text_is_no_longer_than_it_may_be(kit: Kit) -> None:
    for tokens in (12, 20):
        found = reasoner_of(kit).reason([Reason(picture(1), CONTENTS[0], tokens)])[0]
        assert 0 < found.tokens <= tokens


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts were written together, group by group."""
    found: list[int] = []
    begin = Generator._begin

    def counted(self: Generator, tasks: Sequence[Task], together: int) -> Any:
        found.append(len(tasks))
        return begin(self, tasks, together)

    monkeypatch.setattr(Generator, "_begin", counted)
    return found


def test_pictures_that_were_read_apart_are_written_about_together(
    kit: Kit, groups: list[int]
) -> None:
    asks = [Reason(picture(k), CONTENTS[0], 14) for k in (1, 2, 3)]
    alone = [reasoner_of(kit).reason([ask])[0] for ask in asks]  # reads each picture by itself
    groups.clear()
    assert reasoner_of(kit).reason(asks) == alone
    assert groups[0] == len(asks)


def test_questions_of_any_length_are_written_together(kit: Kit, groups: list[int]) -> None:
    asks = [Reason(picture(1), content, 60) for content in reversed(CONTENTS)]
    assert len({len(kit.prompts.question(content)) for content in CONTENTS}) > 1
    reasoner_of(kit).reason(asks)
    assert groups[0] == len(asks)


def test_a_question_much_longer_than_a_text_does_not_hold_up_the_others(
    checkpoint: Callable[[str], Path], groups: list[int]
) -> None:
    kit = kit_of(checkpoint("qwen3_5"))
    contents = ("a dog", "two or more people stand near a fire, a car and a tree")
    reasoner_of(kit).reason([Reason(picture(1), content, 8) for content in contents])
    assert groups[:2] == [1, 1]
