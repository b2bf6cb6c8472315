"""LLaVA 1.5 and LLaVA-NeXT: a CLIP tower, and a Llama or Mistral behind it."""

from __future__ import annotations

from typing import Any

from tests.mllm.families import templates
from tests.mllm.families.family import CLIP_COLOURS, TOWER, Family, Ids, text
from tests.mllm.families.tokens import Tokens

TOKENS = Tokens(
    bos="<s>",
    eos="</s>",
    pad="<pad>",
    adds_bos=True,
    named={"image_token": "<image>"},
    tokenizer_class="LlamaTokenizerFast",
)
PROCESSOR: dict[str, Any] = {
    "patch_size": 8,
    "vision_feature_select_strategy": "default",
    "image_token": "<image>",
    "num_additional_image_tokens": 1,
}
TILE = 16
PINPOINTS = [[TILE, 2 * TILE], [2 * TILE, TILE], [2 * TILE, 2 * TILE]]


def _images(image_processor_type: str, side: int) -> dict[str, Any]:
    return {
        "image_processor_type": image_processor_type,
        "size": {"shortest_edge": side},
        "crop_size": {"height": side, "width": side},
        **CLIP_COLOURS,
    }


def _config(ids: Ids, model_type: str, image_size: int) -> dict[str, Any]:
    return {
        "text_config": text(TOKENS, ids, model_type=model_type),
        "vision_config": {
            **TOWER,
            "model_type": "clip_vision_model",
            "image_size": image_size,
            "projection_dim": 32,
        },
        "image_token_index": ids("<image>"),
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
    }


def _llava(ids: Ids) -> dict[str, Any]:
    return {**_config(ids, "llama", 32), "image_seq_length": 16}


def _llava_next(ids: Ids) -> dict[str, Any]:
    config = _config(ids, "mistral", TILE)
    config["text_config"]["sliding_window"] = None
    return {**config, "image_grid_pinpoints": PINPOINTS, "image_seq_length": 4}


LLAVA = Family(
    "llava",
    TOKENS,
    templates.LLAVA,
    _llava,
    "LlavaProcessor",
    _images("CLIPImageProcessor", 32),
    PROCESSOR,
)
LLAVA_NEXT = Family(
    "llava_next",
    TOKENS,
    templates.LLAVA_NEXT,
    _llava_next,
    "LlavaNextProcessor",
    {**_images("LlavaNextImageProcessor", TILE), "image_grid_pinpoints": PINPOINTS},
    PROCESSOR,
)
