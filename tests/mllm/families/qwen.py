"""Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5: images of any size, positions in three axes."""

from __future__ import annotations

from typing import Any

from tests.mllm.families import templates
from tests.mllm.families.family import CLIP_COLOURS, HALF_COLOURS, HIDDEN, ROPE, Family, Ids, text
from tests.mllm.families.tokens import Tokens

TOKENS = Tokens(
    eos="<|im_end|>",
    pad="<|endoftext|>",
    others=(
        "<|im_start|>",
        "<|vision_start|>",
        "<|vision_end|>",
        "<|image_pad|>",
        "<|video_pad|>",
    ),
    plain=("<think>", "</think>"),
    tokenizer_class="Qwen2Tokenizer",
)
VISION: dict[str, Any] = {
    "depth": 2,
    "num_heads": 2,
    "patch_size": 8,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}
WIDE_VISION = {**VISION, "hidden_size": 32, "intermediate_size": 64, "out_hidden_size": HIDDEN}
GRID_VISION = {**WIDE_VISION, "num_position_embeddings": 16}


def _images(image_processor_type: str, colours: dict[str, Any]) -> dict[str, Any]:
    """From 4 to 36 image tokens, each of 16 x 16 pixels."""
    return {
        "image_processor_type": image_processor_type,
        "size": {"shortest_edge": 4 * 16 * 16, "longest_edge": 36 * 16 * 16},
        "patch_size": 8,
        "temporal_patch_size": 2,
        "merge_size": 2,
        **colours,
    }


def _config(ids: Ids, vision: dict[str, Any], rope: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "text_config": text(TOKENS, ids, rope_parameters={**ROPE, **rope}, **more),
        "vision_config": vision,
        "image_token_id": ids("<|image_pad|>"),
        "video_token_id": ids("<|video_pad|>"),
        "vision_start_token_id": ids("<|vision_start|>"),
        "vision_end_token_id": ids("<|vision_end|>"),
    }


def _qwen2_vl(ids: Ids) -> dict[str, Any]:
    vision = {**VISION, "embed_dim": 32, "hidden_size": HIDDEN, "mlp_ratio": 2}
    return _config(ids, vision, {"mrope_section": [2, 3, 3]})


def _qwen2_5_vl(ids: Ids) -> dict[str, Any]:
    vision = {**WIDE_VISION, "window_size": 32, "fullatt_block_indexes": [1]}
    return _config(ids, vision, {"mrope_section": [2, 3, 3]})


def _qwen3_vl(ids: Ids) -> dict[str, Any]:
    vision = {**GRID_VISION, "deepstack_visual_indexes": [0]}
    return _config(ids, vision, {"mrope_section": [4, 2, 2], "mrope_interleaved": True})


def _qwen3_5(ids: Ids) -> dict[str, Any]:
    rope = {"mrope_section": [4, 2, 2], "mrope_interleaved": True, "partial_rotary_factor": 0.5}
    return _config(
        ids,
        dict(GRID_VISION),
        rope,
        head_dim=32,
        num_hidden_layers=4,
        layer_types=["linear_attention", "full_attention"] * 2,
        linear_key_head_dim=16,
        linear_value_head_dim=16,
        linear_num_key_heads=2,
        linear_num_value_heads=4,
    )


FAMILIES = {
    "qwen2_vl": Family(
        "qwen2_vl",
        TOKENS,
        templates.QWEN,
        _qwen2_vl,
        "Qwen2VLProcessor",
        _images("Qwen2VLImageProcessor", CLIP_COLOURS),
    ),
    "qwen2_5_vl": Family(
        "qwen2_5_vl",
        TOKENS,
        templates.QWEN,
        _qwen2_5_vl,
        "Qwen2_5_VLProcessor",
        _images("Qwen2VLImageProcessor", CLIP_COLOURS),
    ),
    "qwen3_vl": Family(
        "qwen3_vl",
        TOKENS,
        templates.QWEN,
        _qwen3_vl,
        "Qwen3VLProcessor",
        _images("Qwen2VLImageProcessorFast", HALF_COLOURS),
    ),
    "qwen3_5": Family(
        "qwen3_5",
        TOKENS,
        templates.QWEN_THINKING,
        _qwen3_5,
        "Qwen3VLProcessor",
        _images("Qwen2VLImageProcessorFast", HALF_COLOURS),
    ),
}
