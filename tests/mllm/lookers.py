"""Tiny random checkpoints of encoders and detectors, as folders that a user might have.

`build(kind, folder)` writes config, weights, tokenizer and processor. Its weights are random but
large enough that what comes out hangs on what goes in, and always the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, normalizers, processors
from transformers import (
    AutoProcessor,
    BertTokenizer,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2ImageProcessor,
    Owlv2Processor,
    OwlViTConfig,
    OwlViTForObjectDetection,
    OwlViTImageProcessor,
    OwlViTProcessor,
    PreTrainedTokenizerFast,
    Siglip2Config,
    Siglip2ImageProcessor,
    Siglip2Model,
    Siglip2Processor,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
)

SIDE = 32
LENGTH = 48
"""Tokens that the text towers read; a token is about a character."""

SIGLIP_SCALE, SIGLIP_BIAS = 117.3, -12.93
"""About what google/siglip-base-patch16-224 learnt."""

_TOWER: Mapping[str, Any] = MappingProxyType(
    {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    }
)
_VISION = {**_TOWER, "image_size": SIDE, "patch_size": 8}
_BYTES = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 324))]


def build(kind: str, folder: Path) -> Path:
    """Writes a checkpoint of `kind` (one of `KINDS`) into `folder`."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model, processor = KINDS[kind]()
        _enliven(model)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _enliven(model: Any) -> None:
    """Random weights that keep the size of what passes through them, unlike a new model's."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "logit" in name or "sampling_offsets" in name or "norm" in name:
                continue
            if weight.ndim > 1:
                gain = 0.4 if "box" in name else 1.5  # boxes stay about where they are looked for
                weight.normal_(0, gain / math.sqrt(weight[0].numel()))
            else:
                weight.add_(0.1 * torch.randn_like(weight))


def _clip() -> tuple[Any, Any]:
    text = {**_TOWER, **_clip_text()}
    config = CLIPConfig(text_config=text, vision_config=_VISION, projection_dim=24)
    images = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size=_square(SIDE))
    return CLIPModel(config), CLIPProcessor(images, _clip_tokenizer())


def _siglip() -> tuple[Any, Any]:
    """Like SigLIP 2 of a fixed size: its tokenizer leaves capitals, which the model never saw."""
    backend = Tokenizer.from_str(_siglip_tokenizer().backend_tokenizer.to_str())
    backend.normalizer = normalizers.Replace(" ", "▁")
    special = {"eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **special)
    config = SiglipConfig(text_config=_siglip_text(tokenizer), vision_config=_VISION)
    images = SiglipImageProcessor(size=_square(SIDE))
    return _learnt(SiglipModel(config)), SiglipProcessor(images, tokenizer)


def _siglip2() -> tuple[Any, Any]:
    tokenizer = _siglip_tokenizer()
    vision = {**_TOWER, "patch_size": 16, "num_patches": 16}
    config = Siglip2Config(text_config=_siglip_text(tokenizer), vision_config=vision)
    images = Siglip2ImageProcessor(patch_size=16, max_num_patches=16)
    return _learnt(Siglip2Model(config)), Siglip2Processor(images, tokenizer)


def _owlv2() -> tuple[Any, Any]:
    config = Owlv2Config(
        text_config={**_TOWER, **_clip_text()}, vision_config=_VISION, projection_dim=32
    )
    images = Owlv2ImageProcessor(size=_square(SIDE))
    return Owlv2ForObjectDetection(config), Owlv2Processor(images, _clip_tokenizer())


def _owlvit() -> tuple[Any, Any]:
    config = OwlViTConfig(
        text_config={**_TOWER, **_clip_text()}, vision_config=_VISION, projection_dim=32
    )
    images = OwlViTImageProcessor(size=_square(SIDE), crop_size=_square(SIDE))
    return OwlViTForObjectDetection(config), OwlViTProcessor(images, _clip_tokenizer())


def _grounding_dino() -> tuple[Any, Any]:
    config = GroundingDinoConfig(**_grounding())
    return GroundingDinoForObjectDetection(config), _grounding_processor()


def _mm_grounding_dino() -> tuple[Any, Any]:
    model = MMGroundingDinoForObjectDetection(MMGroundingDinoConfig(**_grounding()))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "class_embed" in name:
                weight.fill_(-1.0)  # a new model finds next to nothing
    return model, _grounding_processor()


def _grounding() -> dict[str, Any]:
    swin = {
        "model_type": "swin",
        "image_size": 64,
        "embed_dim": 8,
        "depths": [1, 1, 1, 1],
        "num_heads": [1, 1, 2, 2],
        "window_size": 4,
        "out_features": ["stage2", "stage3", "stage4"],
    }
    text = {**_TOWER, "model_type": "bert", "vocab_size": len(_bert_words())}
    return {
        "backbone_config": swin,
        "text_config": text,
        "d_model": 32,
        "encoder_layers": 1,
        "encoder_ffn_dim": 32,
        "encoder_attention_heads": 4,
        "decoder_layers": 2,
        "decoder_ffn_dim": 32,
        "decoder_attention_heads": 4,
        "num_queries": 12,
        "max_text_len": 24,
    }


def _grounding_processor() -> Any:
    images = GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    tokenizer = BertTokenizer(vocab={word: at for at, word in enumerate(_bert_words())})
    return GroundingDinoProcessor(images, tokenizer)


def _bert_words() -> list[str]:
    """A vocabulary whose special tokens and full stop stand where Grounding DINO expects them."""
    words = [f"[unused{at}]" for at in range(1030)]
    words[0] = "[PAD]"
    words[100:104] = ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words[1012], words[1029] = ".", "?"
    known = ("person", "dog", "fire", "truck", "cat", "on", "a", "knife", "hand", "red", "car")
    return [*words, *known, "##cu", "##ff", "##s"]


def _clip_text() -> dict[str, Any]:
    tokenizer = _clip_tokenizer()
    return {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": LENGTH,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _clip_tokenizer() -> Any:
    """Bytes only, and the end of a text as the last of all tokens, as OWL looks for it."""
    words = [*_BYTES, *(f"{byte}</w>" for byte in _BYTES), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={word: at for at, word in enumerate(words)}, merges=[], model_max_length=LENGTH
    )


def _siglip_text(tokenizer: Any) -> dict[str, Any]:
    return {
        **_TOWER,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": LENGTH,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _siglip_tokenizer() -> Any:
    """Characters; like the published ones it ends a text and tells no mask."""
    words = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *map(chr, range(33, 127))]
    tokenizer = Siglip2Tokenizer(
        vocab={word: at for at, word in enumerate(words)},
        merges=[],
        padding_side="right",
        model_input_names=["input_ids"],
        model_max_length=LENGTH,
    )
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", 1)]
    )
    return tokenizer


def _learnt(model: Any) -> Any:
    with torch.no_grad():
        model.logit_scale.fill_(math.log(SIGLIP_SCALE))
        model.logit_bias.fill_(SIGLIP_BIAS)
    return model


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


KINDS: Mapping[str, Callable[[], tuple[Any, Any]]] = MappingProxyType(
    {
        "clip": _clip,
        "siglip": _siglip,
        "siglip2": _siglip2,
        "owlv2": _owlv2,
        "owlvit": _owlvit,
        "grounding-dino": _grounding_dino,
        "mm-grounding-dino": _mm_grounding_dino,
    }
)
ENCODERS = ("clip", "siglip", "siglip2")
DETECTORS = ("owlv2", "owlvit", "grounding-dino", "mm-grounding-dino")


def spoil(folder: Path, name: str, value: float = math.nan) -> None:
    """Fills the weights of a checkpoint whose names have `name` in them with one value."""
    weights = load_file(folder / "model.safetensors")
    spoilt = {key: torch.full_like(old, value) for key, old in weights.items() if name in key}
    assert spoilt, f"{folder} has no {name}"
    save_file({**weights, **spoilt}, folder / "model.safetensors", {"format": "pt"})


def cut_middle(folder: Path, side: int = SIDE) -> None:
    """Gives a checkpoint CLIP's image processor, which cuts a square of `side` pixels out."""
    processor = AutoProcessor.from_pretrained(folder)
    processor.image_processor = CLIPImageProcessor(
        size={"shortest_edge": side}, crop_size=_square(side)
    )
    processor.save_pretrained(folder)
