"""Two folders that cannot be used as they are: a model without eyes, and one without a template."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.mllm.families import templates
from tests.mllm.families.family import Family, Ids, text
from tests.mllm.families.llava import LLAVA
from tests.mllm.families.tokens import Tokens

TOKENS = Tokens(
    eos="<|im_end|>",
    pad="<|endoftext|>",
    others=("<|im_start|>",),
    tokenizer_class="Qwen2Tokenizer",
)


def _qwen2(ids: Ids) -> dict[str, Any]:
    return text(TOKENS, ids)


TEXT_ONLY = Family("qwen2", TOKENS, templates.CHATML_TEXT, _qwen2)
NO_TEMPLATE = replace(LLAVA, template=None)
