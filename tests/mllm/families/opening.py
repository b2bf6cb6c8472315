"""Opens a checkpoint by the library's own means, and asks it in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    AutoProcessor,
    Idefics3Processor,
    SmolVLMProcessor,
)
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING
from transformers.utils import is_torchvision_available

from cluejudge.image import Picture
from tests.mllm.families.tokens import LABELS

QUESTION = "Is this visible in the image? Answer Yes or No: "


@dataclass(frozen=True)
class Opened:
    """A model in evaluation mode, and its processor."""

    model: Any
    processor: Any


def opened(folder: Path) -> Opened:
    """The checkpoint in `folder`, in float32 on the CPU."""
    model = AutoModelForImageTextToText.from_pretrained(
        folder, dtype="float32", attn_implementation="sdpa"
    )
    return Opened(model.eval(), _processor(folder))


def _processor(folder: Path) -> Any:
    """`AutoProcessor`, but for the reading of videos, for which the library needs torchvision."""
    known = PROCESSOR_MAPPING[type(AutoConfig.from_pretrained(folder))]
    if known is SmolVLMProcessor:  # it wants num2words, for videos too; pictures are read alike
        return Idefics3Processor.from_pretrained(folder)
    if is_torchvision_available() or "video_processor" not in known.get_attributes():
        return AutoProcessor.from_pretrained(folder)

    class Images(known):  # type: ignore[valid-type, misc]
        @classmethod
        def get_attributes(cls) -> list[str]:
            return [name for name in super().get_attributes() if name != "video_processor"]

    return Images.from_pretrained(folder)


def prompt(processor: Any, content: str, *, image: bool = True) -> str:
    """The chat up to the answer, not thinking."""
    parts = [{"type": "text", "text": QUESTION + content}]
    chat = [{"role": "user", "content": [{"type": "image"}] * image + parts}]
    quiet = {"enable_thinking": False} if "enable_thinking" in processor.chat_template else {}
    return str(processor.apply_chat_template(chat, add_generation_prompt=True, **quiet))


def inputs(processor: Any, pictures: list[Picture], prompts: list[str]) -> dict[str, Any]:
    """What the model takes: one prompt a picture, without a second beginning of text."""
    bos = processor.tokenizer.bos_token
    begun = bos is not None and prompts[0].startswith(bos)
    images = [one.pil() for one in pictures]
    return dict(
        processor(
            images=images or None, text=prompts, return_tensors="pt", add_special_tokens=not begun
        )
    )


def p_yes(processor: Any, logits: torch.Tensor) -> float:
    """P(Yes) of the next token, among all spellings of Yes and No, from its logits [vocabulary]."""
    ids = [processor.tokenizer.encode(label, add_special_tokens=False)[0] for label in LABELS]
    yes = [label.strip().lower() == "yes" for label in LABELS]
    return float(torch.softmax(logits[ids].float(), 0)[yes].sum())


def naive(one: Opened, picture: Picture, content: str) -> float:
    """P(Yes | picture, content) by one forward pass."""
    taken = inputs(one.processor, [picture], [prompt(one.processor, content)])
    with torch.inference_mode():
        return p_yes(one.processor, one.model(**taken).logits[0, -1])
