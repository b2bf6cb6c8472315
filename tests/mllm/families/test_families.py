"""The checkpoints are what the other tests need: whole folders, and models that see and read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from cluejudge.image import Picture
from tests.mllm.families import FAMILIES, ODD, build
from tests.mllm.families.opening import Opened, inputs, naive, opened, p_yes, prompt
from tests.mllm.families.tokens import LABELS

CONTENTS = ("a person", "fire", "two dogs beside a red car")
ANOTHER_TOKEN = 100

open_once = cache(opened)


def blocks(seed: int) -> Picture:
    """A picture of coloured blocks."""
    colours = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return Picture(colours.repeat(14, axis=0).repeat(14, axis=1))


PICTURES = tuple(blocks(seed) for seed in range(3))


@pytest.fixture(params=FAMILIES)
def one(request: pytest.FixtureRequest, checkpoint: Callable[[str], Path]) -> Opened:
    return open_once(checkpoint(request.param))


@pytest.fixture
def taken(one: Opened) -> dict[str, Any]:
    return inputs(one.processor, [PICTURES[0]], [prompt(one.processor, CONTENTS[0])])


def logits(one: Opened, taken: dict[str, Any]) -> torch.Tensor:
    """Of the next token, [vocabulary]."""
    with torch.inference_mode():
        last: torch.Tensor = one.model(**taken).logits[0, -1]
    return last


def test_a_picture_becomes_tokens(one: Opened, taken: dict[str, Any]) -> None:
    count = int((taken["input_ids"] == one.model.config.image_token_id).sum())
    assert 4 <= count <= 64
    assert torch.isfinite(logits(one, taken)).all()


def test_a_chat_begins_once_and_holds_its_content(one: Opened, taken: dict[str, Any]) -> None:
    ids = taken["input_ids"][0].tolist()
    bos = one.processor.tokenizer.bos_token_id
    assert bos is None or (ids[0] == bos and ids.count(bos) == 1)
    assert CONTENTS[0] in one.processor.tokenizer.decode(ids)


def test_labels_are_single_tokens_where_the_answer_stands(one: Opened) -> None:
    tokenizer, before = one.processor.tokenizer, prompt(one.processor, CONTENTS[0])
    prefix = tokenizer.encode(before)
    ids = [tokenizer.encode(before + label) for label in LABELS]
    assert [len(each) for each in ids] == [len(prefix) + 1] * len(LABELS)
    assert all(each[:-1] == prefix for each in ids)
    assert len({each[-1] for each in ids}) == len(LABELS)


def test_pictures_and_contents_change_the_answer(one: Opened) -> None:
    answers = np.array([[naive(one, image, text) for text in CONTENTS] for image in PICTURES])
    by_picture, by_content = np.ptp(answers, axis=0), np.ptp(answers, axis=1)
    assert by_picture.min() > 0.01
    assert by_content.min() > 0.01
    assert min(by_picture.max(), by_content.max()) > 0.05


def test_an_early_token_changes_the_answer(one: Opened, taken: dict[str, Any]) -> None:
    ids = taken["input_ids"].clone()
    assert ids[0, 1] not in (ANOTHER_TOKEN, one.model.config.image_token_id)
    ids[0, 1] = ANOTHER_TOKEN
    changed = logits(one, {**taken, "input_ids": ids})
    before = p_yes(one.processor, logits(one, taken))
    assert abs(p_yes(one.processor, changed) - before) > 0.01


def test_positions_change_the_answer(one: Opened, taken: dict[str, Any]) -> None:
    """A gap in the positions shows, so that a test of positions can fail."""
    positions = torch.arange(taken["input_ids"].shape[1])[None]
    gap = positions + 5 * (positions > positions.shape[1] - 12)
    near = p_yes(one.processor, logits(one, {**taken, "position_ids": positions}))
    far = p_yes(one.processor, logits(one, {**taken, "position_ids": gap}))
    assert abs(near - far) > 0.01


def test_layers_are_of_the_kinds_that_matter(checkpoint: Callable[[str], Path]) -> None:
    def kinds(family: str) -> set[str]:
        return set(open_once(checkpoint(family)).model.config.text_config.layer_types)

    assert kinds("qwen3_5") == {"linear_attention", "full_attention"}
    assert kinds("gemma3") == {"sliding_attention", "full_attention"}
    assert kinds("qwen2_vl") == {"full_attention"}


def test_qwen3_5_thinks_unless_told_not_to(checkpoint: Callable[[str], Path]) -> None:
    processor = open_once(checkpoint("qwen3_5")).processor
    chat = [{"role": "user", "content": [{"type": "text", "text": "Is it?"}]}]
    ends = {
        quiet: processor.apply_chat_template(chat, add_generation_prompt=True, **quiet_or_not)
        for quiet, quiet_or_not in ((True, {"enable_thinking": False}), (False, {}))
    }
    assert ends[True].endswith("<think>\n\n</think>\n\n")
    assert ends[False].endswith("<think>\n")


def test_text_only_has_no_eyes(checkpoint: Callable[[str], Path]) -> None:
    folder = checkpoint("text_only")
    assert not hasattr(AutoProcessor.from_pretrained(folder), "image_processor")
    with pytest.raises(ValueError, match="Unrecognized configuration class"):
        AutoModelForImageTextToText.from_pretrained(folder)


def test_no_template_has_no_template(checkpoint: Callable[[str], Path]) -> None:
    one = open_once(checkpoint("no_template"))
    assert one.processor.chat_template is None
    assert one.processor.tokenizer.chat_template is None
    with pytest.raises(ValueError, match="does not have a chat template"):
        one.processor.apply_chat_template([{"role": "user", "content": "Is it?"}])


@pytest.mark.parametrize("family", ["qwen3_5", "gemma3", *ODD])
def test_a_checkpoint_is_always_the_same(
    family: str, checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    assert _digests(build(family, tmp_path / family)) == _digests(checkpoint(family))


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
