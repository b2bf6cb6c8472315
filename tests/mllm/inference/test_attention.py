from __future__ import annotations

import pytest
from transformers import LlamaConfig, LlavaConfig, MistralConfig, Qwen2Config

from cluejudge.mllm.inference.attention import attention_of


def llava(text: object) -> LlavaConfig:
    return LlavaConfig(text_config=text)


@pytest.mark.parametrize("text", [LlamaConfig(), Qwen2Config(), MistralConfig(sliding_window=None)])
def test_full_attention(text: object) -> None:
    assert attention_of(llava(text)).full


@pytest.mark.parametrize(
    "text",
    [
        MistralConfig(sliding_window=16),
        Qwen2Config(use_sliding_window=True, sliding_window=16, max_window_layers=4),
    ],
)
def test_a_sliding_window_is_not_full(text: object) -> None:
    found = attention_of(llava(text))
    assert not found.full
    assert "sliding_attention" in found.reason
