"""A Qwen3-VL with random weights, as a folder that any user of transformers could load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
    Qwen3VLProcessor,
)
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

from benchmarks.contents import CONTENTS
from benchmarks.shapes import CELL, MERGE, PATCH, Shape
from cluejudge import prompts

_END = "<|im_end|>"
_PADDING = "<|endoftext|>"
_VISION = {
    "vision_start": "<|vision_start|>",
    "vision_end": "<|vision_end|>",
    "image": "<|image_pad|>",
    "video": "<|video_pad|>",
}
_SPECIAL = (_PADDING, "<|im_start|>", _END, *_VISION.values())

_CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}{% if part.type == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}{% endfor %}"
    "{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""Turns between <|im_start|> and <|im_end|>, as Qwen's models have them, and nothing else."""

_FRAMES = (
    "user\nassistant\nsystem\nImage `img0`:",
    "Question: Is this visible in the image: ?\nIs this\nAnswer Yes or No only.\n\nAnswer: Yes",
    "Yes\nNo\n",
)
"""Words of the chat and of the prompts of peers, so that they are whole tokens too."""


class PictureProcessor(Qwen3VLProcessor):
    """Qwen3-VL's processor without films: transformers reads those with torchvision only."""

    @classmethod
    def get_attributes(cls) -> list[str]:
        """The parts it is loaded from."""
        return [name for name in super().get_attributes() if name != "video_processor"]


@contextmanager
def opened_without_films() -> Iterator[None]:
    """While this lasts, all who open a Qwen3-VL by `AutoProcessor` get one without films."""
    AutoProcessor.register(Qwen3VLConfig, PictureProcessor, exist_ok=True)
    try:
        yield
    finally:
        PROCESSOR_MAPPING._extra_content.pop(Qwen3VLConfig, None)


def save_checkpoint(shape: Shape, folder: Path, *, seed: int = 0) -> None:
    """Save a model of that shape in float32, its weights random, with its processor."""
    processor = make_processor()
    torch.manual_seed(seed)
    model = AutoModelForImageTextToText.from_config(config_of(shape, processor))
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def config_of(shape: Shape, processor: Any) -> Any:
    """The configuration of a shape, with the processor's special tokens."""
    return shape.config(
        {f"{name}_token_id": getattr(processor, f"{name}_token_id") for name in _VISION}
    )


def make_processor() -> PictureProcessor:
    """A processor that leaves pictures of whole tokens at their own size."""
    pictures = Qwen2VLImageProcessorPil(
        patch_size=PATCH,
        merge_size=MERGE,
        temporal_patch_size=2,
        size={"shortest_edge": CELL**2, "longest_edge": 16_384 * CELL**2},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return PictureProcessor(pictures, make_tokenizer(), chat_template=_CHAT)


def make_tokenizer() -> Any:
    """A byte-level tokenizer trained on what is asked: a word is a token, as common words are."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4000,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (*CONTENTS, *_FRAMES, *(prompts.load(name).text for name in ("ask", "explain")))
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=_END,
        pad_token=_PADDING,
        additional_special_tokens=list(_SPECIAL[1:]),
    )
