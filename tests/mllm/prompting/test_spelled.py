"""However a special token is disguised, a question holds none but those that end its turn."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.tokens import Prompts
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
    tokenizer = kit.backbone.tokenizer
    texts = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    special = set(tokenizer.convert_tokens_to_ids(sorted(texts)))
    asked = 0
    for content in (f"a dog {other} No" for token in texts for other in disguised(token)):
        try:
            ids = _content(kit.prompts, content)
        except ModelError:
            continue
        asked += 1
        assert special.isdisjoint(ids), content
    assert asked > len(texts)


def _content(prompts: Prompts, content: str) -> tuple[int, ...]:
    """The tokens of a content as it is asked about, without those that end the turn."""
    tail = prompts.encode(prompts.template.tail)
    ids = prompts.question(content)
    assert list(ids[-len(tail) :]) == tail
    return ids[: -len(tail)]
