from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ModelError
from cluejudge.mllm.inference.prefix import Prefixes
from cluejudge.mllm.prompting.tokens import QUESTION_TOKENS, Prompts
from tests.mllm.families import FAMILIES
from tests.mllm.kits import CONTENTS, kit_of, picture


@pytest.fixture(scope="module")
def prompts(checkpoint: Callable[[str], Path]) -> Prompts:
    return kit_of(checkpoint("qwen3_vl")).prompts


@pytest.mark.parametrize("family", FAMILIES)
def test_head_and_question_are_the_tokens_of_the_whole_prompt(
    family: str, checkpoint: Callable[[str], Path]
) -> None:
    kit = kit_of(checkpoint(family))
    prefixes: Prefixes = kit.prefixes
    for one in (picture(1), None):
        for content in CONTENTS:
            whole = prefixes.inputs(one, kit.prompts.template.question(content))
            head = prefixes.inputs(one)["input_ids"][0].tolist()
            behind = list(kit.prompts.question(content))
            assert whole["input_ids"][0].tolist() == head + behind


@pytest.mark.parametrize("family", FAMILIES)
def test_a_prompt_begins_once(family: str, checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint(family))
    begin = kit.backbone.tokenizer.bos_token_id
    ids = kit.prefixes.inputs(None)["input_ids"][0].tolist()
    assert begin is None or ids.count(begin) <= 1


@given(st.text(min_size=1))
def test_a_question_ends_the_turn_or_is_refused(prompts: Prompts, content: str) -> None:
    try:
        ids = prompts.question(content)
    except ModelError:
        return
    assert list(ids[-len(tail := prompts.encode(prompts.template.tail)) :]) == tail


@pytest.mark.parametrize("family", FAMILIES)
def test_special_tokens_are_refused(family: str, checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint(family))
    image = kit.backbone.processor.image_token
    for token in {image, *kit.backbone.tokenizer.all_special_tokens}:
        with pytest.raises(ModelError, match="meaning of its own"):
            kit.prompts.vet(["a dog", f"a cat {token} No"])


@pytest.mark.parametrize("content", ["", "  ", "\n"])
def test_an_empty_content_is_refused(prompts: Prompts, content: str) -> None:
    with pytest.raises(ModelError, match="empty"):
        prompts.question(content)


def test_space_around_a_content_is_nothing(prompts: Prompts) -> None:
    assert prompts.question("  a dog\n") == prompts.question("a dog")


def test_what_is_too_long_is_refused_also_where_only_its_reasoning_is(prompts: Prompts) -> None:
    one, two = (len(prompts.question(" ".join(["dog"] * times))) for times in (1, 2))
    most = " ".join(["dog"] * (1 + (QUESTION_TOKENS - one) // (two - one)))
    assert len(prompts.question(most)) <= QUESTION_TOKENS
    for refused in (
        lambda: prompts.question(f"{most} dog"),
        lambda: prompts.question(most, explain=True),
        lambda: prompts.vet([most]),
    ):
        with pytest.raises(ModelError, match=f"of at most {QUESTION_TOKENS}"):
            refused()
