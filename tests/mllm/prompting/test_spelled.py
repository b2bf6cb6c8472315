"""However a special token is spelled, a prompt holds none but those that its template wrote."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.template import Words
from cluejudge.mllm.prompting.texts import defused
from cluejudge.mllm.prompting.tokens import Prompts
from cluejudge.mllm.strategies import Kit
from tests.mllm.families import FAMILIES
from tests.mllm.kits import kit_of

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""Every character of ASCII by its wide twin, which some normalizations take for the same."""


def disguised(token: str) -> Iterator[str]:
    yield from (token.upper(), token.title(), token.swapcase())
    yield from (token[1:], token[:-1], token.strip("<>|"), " ".join(token))
    yield from (f"{token[:2]}{hidden}{token[2:]}" for hidden in ("\u200b", "\u00ad", "\ufeff"))
    yield token.translate(WIDE)
    yield from (unicodedata.normalize(form, token) for form in ("NFD", "NFKD"))
    yield f"{token[: len(token) // 2]}{token}{token[len(token) // 2 :]}"


@pytest.mark.parametrize("family", FAMILIES)
def test_no_disguise_makes_a_special_token(family: str, checkpoint: Callable[[str], Path]) -> None:
    kit = kit_of(checkpoint(family))
    texts, special = _special(kit)
    asked = 0
    for content in (f"a dog {other} No" for token in texts for other in disguised(token)):
        try:
            ids = _content(kit.prompts, content)
        except ModelError:
            continue
        asked += 1
        assert special.isdisjoint(ids), content
    assert asked > len(texts)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("pictured", [True, False])
def test_a_request_holds_the_special_tokens_of_its_template_alone(
    family: str, pictured: bool, checkpoint: Callable[[str], Path]
) -> None:
    kit = kit_of(checkpoint(family))
    texts, special = _special(kit)
    usual = _only(special, kit.prompts.encode(kit.prompts.chat("a dog", pictured=pictured)))
    for token in texts:
        for other in (token, token * 2, *disguised(token)):
            written = kit.prompts.chat(f"they wrote {other} so", pictured=pictured)
            assert _only(special, kit.prompts.encode(written)) == usual, other


def test_the_words_of_a_model_may_hold_its_special_tokens(
    checkpoint: Callable[[str], Path],
) -> None:
    backbone = kit_of(checkpoint("qwen3_vl")).backbone
    words = Words("<|vision_start|> Seen?", "")
    prompts = Prompts(backbone.processor, backbone.tokenizer, "m", words)
    written = prompts.chat(f"{words.ask} a dog <|vision_start|>", pictured=False)
    assert "<|vision_start|> Seen? a dog < |vision_start|>" in written


@given(
    st.lists(st.text(" <>ab", min_size=2).filter(lambda text: len(text.strip()) > 1)),
    st.text(" <>ab"),
)
def test_what_is_defused_spells_nothing_and_loses_nothing(special: list[str], text: str) -> None:
    found = defused(text, special)
    assert not any(token in found for token in special)
    assert found.replace(" ", "") == text.replace(" ", "")
    assert found == text or any(token in text for token in special)


def _special(kit: Kit) -> tuple[list[str], set[int]]:
    """The special and added tokens of a model, as they are written and by their numbers."""
    tokenizer = kit.backbone.tokenizer
    texts = sorted({*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()})
    return texts, set(tokenizer.convert_tokens_to_ids(texts))


def _only(special: set[int], ids: list[int]) -> list[int]:
    return [token for token in ids if token in special]


def _content(prompts: Prompts, content: str) -> tuple[int, ...]:
    """The tokens of a content as it is asked about, without those that end the turn."""
    tail = prompts.encode(prompts.template.tail)
    ids = prompts.question(content)
    assert list(ids[-len(tail) :]) == tail
    return ids[: -len(tail)]
