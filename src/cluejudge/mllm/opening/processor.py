"""What makes a model's inputs: its tokenizer, its image processor and its chat template."""

from __future__ import annotations

from typing import Any

from transformers import AutoProcessor, PreTrainedConfig, ProcessorMixin, SmolVLMProcessor
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING
from transformers.utils import is_torchvision_available

from cluejudge.errors import ModelError, UsageError
from cluejudge.mllm.failures import brief
from cluejudge.mllm.opening.smolvlm import SmolVLMPictures
from cluejudge.mllm.opening.source import GOOD, Source, own_code
from cluejudge.mllm.opening.whole import padded

IMAGE_TOKENS = 1024
"""The most tokens of a picture, where the model reads pictures of any size."""

_VIDEO = "video_processor"
_WHOLE = "get all files of the model, not its weights alone"


def load_processor(source: Source, config: PreTrainedConfig, image_tokens: int | None) -> Any:
    """The processor of a model, with a chat template, for pictures of at most `image_tokens`.

    None is `IMAGE_TOKENS` for a model that reads pictures of any size, and no bound for others.
    Raises `ModelError` for a processor that is absent, broken or without a chat template,
    `UsageError` for a bound that it has no use for.
    """
    processor = _opened(source, config)
    for part in ("tokenizer", "image_processor"):
        if getattr(processor, part, None) is None:
            raise ModelError(
                f"{source.name} has no {part.replace('_', ' ')}: its files are not all there",
                hint=_WHOLE,
            )
    _settle_template(processor, source)
    _bound(processor.image_processor, source.name, image_tokens)
    processor.image_processor = padded(processor.image_processor, source.name)
    return processor


def _opened(source: Source, config: PreTrainedConfig) -> Any:
    opener = _opener(PROCESSOR_MAPPING.get(type(config), None))
    try:
        return opener.from_pretrained(source.place, revision=source.commit, trust_remote_code=False)
    except Exception as error:  # files of many kinds, each read by a class of its own
        if "trust_remote_code" in str(error):
            raise own_code(source.name) from error
        wanting = "torchvision" in str(error).lower() and not is_torchvision_available()
        raise ModelError(
            f"the processor of {source.name} cannot be opened: {brief(error)}",
            hint="pip install torchvision" if wanting else _WHOLE,
        ) from error


def _opener(kind: type[ProcessorMixin] | None) -> Any:
    """The class that opens a processor: without its part for videos where torchvision is absent.

    SmolVLM's always is, for it wants more than torchvision.
    """
    if kind is SmolVLMProcessor:
        return SmolVLMPictures
    if kind is None or is_torchvision_available() or _VIDEO not in kind.get_attributes():
        return AutoProcessor
    return _without_videos(kind)


def _without_videos(kind: type[ProcessorMixin]) -> type[ProcessorMixin]:
    """The same processor for pictures and text alone."""

    def get_attributes(_: type[ProcessorMixin]) -> list[str]:
        return [name for name in kind.get_attributes() if name != _VIDEO]

    return type(kind.__name__, (kind,), {"get_attributes": classmethod(get_attributes)})


def _settle_template(processor: Any, source: Source) -> None:
    """A template that only the tokenizer has is the processor's too."""
    processor.chat_template = processor.chat_template or getattr(
        processor.tokenizer, "chat_template", None
    )
    if not processor.chat_template:
        raise ModelError(
            f"{source.name} has no chat template: it was not trained to be asked",
            hint=f"use an instruction-tuned model, such as {GOOD}",
        )


def _bound(images: Any, name: str, image_tokens: int | None) -> None:
    """Keep pictures so small that none takes more tokens.

    Some image processors keep the area of a picture within two bounds, which they call its edges;
    a token is an area of `merge_size` x `merge_size` patches.
    """
    if not _has_area(images):
        if image_tokens is not None:
            raise UsageError(
                f"option image_tokens={image_tokens}: {name} has its own way to the number of "
                "tokens of a picture",
                hint="leave the option out",
            )
        return
    area = (images.patch_size * images.merge_size) ** 2
    largest = area * (image_tokens or IMAGE_TOKENS)
    size = dict(images.size)
    size["longest_edge"] = min(largest, size["longest_edge"]) if image_tokens is None else largest
    size["shortest_edge"] = min(size["shortest_edge"], size["longest_edge"])
    images.size = type(images.size)(**size)


def _has_area(images: Any) -> bool:
    """Whether the size of an image processor is an area, as in Qwen's and those made after it."""
    size = getattr(images, "size", None)
    edges = {"shortest_edge", "longest_edge"}
    named = getattr(images, "merge_size", None) and getattr(images, "patch_size", None)
    return bool(named) and size is not None and set(dict(size)) == edges
