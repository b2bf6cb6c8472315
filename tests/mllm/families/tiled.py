"""InternVL, Idefics3, SmolVLM and Gemma 3: square towers, the image cut into tiles.

Gemma takes it as it is.
"""

from __future__ import annotations

from typing import Any

from tests.mllm.families import templates
from tests.mllm.families.family import (
    CLIP_COLOURS,
    HALF_COLOURS,
    ROPE,
    TOWER,
    Family,
    Ids,
    text,
)
from tests.mllm.families.tokens import Tokens

INTERNVL_TOKENS = Tokens(
    eos="<|im_end|>",
    pad="<|endoftext|>",
    named={
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    },
    others=("<|im_start|>",),
    tokenizer_class="Qwen2Tokenizer",
)
TILES = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
IDEFICS3_TOKENS = Tokens(
    bos="<|begin_of_text|>",
    eos="<end_of_utterance>",
    pad="<|end_of_text|>",
    adds_bos=True,
    others=(
        "<fake_token_around_image>",
        "<image>",
        "<global-img>",
        *TILES,
    ),
)
SMOLVLM_TOKENS = Tokens(
    bos="<|im_start|>",
    eos="<end_of_utterance>",
    pad="<|im_end|>",
    named={
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    },
    others=TILES,
)
GEMMA3_TOKENS = Tokens(
    bos="<bos>",
    eos="<eos>",
    pad="<pad>",
    adds_bos=True,
    named={
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    },
    others=("<start_of_turn>", "<end_of_turn>"),
    ends=("<end_of_turn>",),
)


def _internvl(ids: Ids) -> dict[str, Any]:
    return {
        "text_config": text(INTERNVL_TOKENS, ids, model_type="qwen2"),
        "vision_config": {**TOWER, "image_size": [32, 32], "patch_size": [8, 8]},
        "image_token_id": ids("<IMG_CONTEXT>"),
        "image_seq_length": 4,
        "downsample_ratio": 0.5,
        "tie_word_embeddings": False,
    }


def _idefics3(ids: Ids) -> dict[str, Any]:
    return {
        "text_config": text(IDEFICS3_TOKENS, ids, model_type="llama"),
        "vision_config": {**TOWER, "image_size": 32},
        "image_token_id": ids("<image>"),
        "scale_factor": 2,
    }


def _smolvlm(ids: Ids) -> dict[str, Any]:
    return {
        "text_config": text(SMOLVLM_TOKENS, ids, model_type="llama"),
        "vision_config": {**TOWER, "model_type": "smolvlm_vision", "image_size": 32},
        "image_token_id": ids("<image>"),
        "scale_factor": 2,
    }


def _gemma3(ids: Ids) -> dict[str, Any]:
    return {
        "text_config": text(
            GEMMA3_TOKENS,
            ids,
            num_hidden_layers=3,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            sliding_window=8,
            query_pre_attn_scalar=16,
            rope_parameters={"full_attention": dict(ROPE), "sliding_attention": dict(ROPE)},
        ),
        "vision_config": {
            **TOWER,
            "model_type": "siglip_vision_model",
            "image_size": 32,
            "vision_use_head": False,
        },
        "mm_tokens_per_image": 16,
        "boi_token_index": ids("<start_of_image>"),
        "eoi_token_index": ids("<end_of_image>"),
        "image_token_index": ids("<image_soft_token>"),
    }


INTERNVL = Family(
    "internvl",
    INTERNVL_TOKENS,
    templates.INTERNVL,
    _internvl,
    "InternVLProcessor",
    {
        "image_processor_type": "GotOcr2ImageProcessorFast",
        "size": {"height": 32, "width": 32},
        "crop_to_patches": True,
        "min_patches": 1,
        "max_patches": 4,
        **CLIP_COLOURS,
    },
    {"image_seq_length": 4},
)
IDEFICS3 = Family(
    "idefics3",
    IDEFICS3_TOKENS,
    templates.IDEFICS3,
    _idefics3,
    "Idefics3Processor",
    {
        "image_processor_type": "Idefics3ImageProcessor",
        "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32},
        **HALF_COLOURS,
    },
    {"image_seq_len": 4},
)
SMOLVLM = Family(
    "smolvlm",
    SMOLVLM_TOKENS,
    templates.SMOLVLM,
    _smolvlm,
    "SmolVLMProcessor",
    {
        "image_processor_type": "SmolVLMImageProcessor",
        "size": {"longest_edge": 64},
        "max_image_size": {"longest_edge": 32},
        "video_sampling": {"fps": 1, "max_frames": 8, "video_size": {"longest_edge": 32}},
        **HALF_COLOURS,
    },
    {"image_seq_len": 4},
)
GEMMA3 = Family(
    "gemma3",
    GEMMA3_TOKENS,
    templates.GEMMA3,
    _gemma3,
    "Gemma3Processor",
    {
        "image_processor_type": "Gemma3ImageProcessor",
        "size": {"height": 32, "width": 32},
        **HALF_COLOURS,
    },
    {"image_seq_length": 16},
)
