"""What all questions about a picture share, read once: the picture and the instruction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cluejudge.image import Picture
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.filling import fill
from cluejudge.mllm.prompting.tokens import Prompts

Inputs = dict[str, Tensor]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Prefixes of one length, read together.

    `cache` holds their keys and values, `length` tokens each; `starts` [rows] is the position of
    the token behind each, which is not `length` where a picture's tokens share positions.
    """

    cache: Any
    length: int
    starts: Tensor

    @property
    def tokens(self) -> int:
        """Cached tokens in all rows."""
        return self.length * len(self.starts)


@dataclass(frozen=True, slots=True)
class Prefix:
    """One row of a batch."""

    batch: Batch
    row: int


class Prefixes:
    """Reads prefixes in batches, and remembers the last of them: `kept` tokens, or one batch."""

    def __init__(self, backbone: Backbone, prompts: Prompts, *, kept: int) -> None:
        self._backbone = backbone
        self._prompts = prompts
        self._kept = kept
        self._known: OrderedDict[str, Prefix] = OrderedDict()

    def __call__(self, pictures: Sequence[Picture | None], batch_tokens: int) -> list[Prefix]:
        """The prefix of each picture, or of the prompt without one for None.

        `batch_tokens` is how many tokens may be read in one pass.
        """
        keys = [_key(picture) for picture in pictures]
        found = {key: self._known[key] for key in keys if key in self._known}
        for key in found:
            self._known.move_to_end(key)
        missing = {
            key: picture for key, picture in zip(keys, pictures, strict=True) if key not in found
        }
        found |= self._read(missing, batch_tokens)
        self._forget()
        return [found[key] for key in keys]

    def fresh(self) -> Prefixes:
        """The same, with nothing remembered yet."""
        return Prefixes(self._backbone, self._prompts, kept=self._kept)

    def release(self) -> None:
        """Let go of all that is remembered, and remember half as much from now on."""
        self._known.clear()
        self._kept //= 2

    def _read(self, missing: dict[str, Picture | None], batch_tokens: int) -> dict[str, Prefix]:
        read: dict[str, Prefix] = {}
        for keys, inputs in self._bucketed(missing, batch_tokens):
            batch = prefill(self._backbone, inputs)
            read |= {key: Prefix(batch, row) for row, key in enumerate(keys)}
        self._known.update(read)
        return read

    def _bucketed(
        self, missing: dict[str, Picture | None], batch_tokens: int
    ) -> Iterator[tuple[list[str], Inputs]]:
        """Pictures whose inputs have the same shapes, so that no prefix is ever padded."""
        buckets: dict[tuple[tuple[str, tuple[int, ...]], ...], list[tuple[str, Inputs]]] = {}
        for key, picture in missing.items():
            inputs = self.inputs(picture)
            shapes = tuple(sorted((name, tuple(value.shape)) for name, value in inputs.items()))
            buckets.setdefault(shapes, []).append((key, inputs))
        for bucket in buckets.values():
            length = bucket[0][1]["input_ids"].shape[1]
            size = max(1, batch_tokens // length)
            for start in range(0, len(bucket), size):
                part = bucket[start : start + size]
                names = part[0][1]
                joined = {name: torch.cat([one[name] for _, one in part]) for name in names}
                yield [key for key, _ in part], joined

    def inputs(self, picture: Picture | None, question: str = "") -> Inputs:
        """What the processor makes of a prompt: the head, and a question behind it if any."""
        template = self._prompts.template
        head = template.blind if picture is None else template.head
        return model_inputs(
            self._backbone, head + question, picture, add_special=self._prompts.adds_special
        )

    def _forget(self) -> None:
        """Let go of the pictures used longest ago; a batch lives as long as one of its rows."""
        held = {id(prefix.batch): prefix.batch.tokens for prefix in self._known.values()}
        while sum(held.values()) > self._kept and len(held) > 1:
            self._known.popitem(last=False)
            held = {id(prefix.batch): prefix.batch.tokens for prefix in self._known.values()}


def model_inputs(
    backbone: Backbone, text: str, picture: Picture | None, *, add_special: bool
) -> Inputs:
    """The processor's tensors on the model's device, pixels in the model's dtype; one row."""
    images = None if picture is None else [picture.pil()]
    made = backbone.processor(
        text=[text], images=images, return_tensors="pt", add_special_tokens=add_special
    )
    dtype = backbone.model.dtype
    return {
        name: value.to(backbone.device, dtype if value.is_floating_point() else None)
        for name, value in made.items()
        if isinstance(value, Tensor)
    }


@torch.inference_mode()
def prefill(backbone: Backbone, inputs: Inputs) -> Batch:
    """Read whole prompts into a cache."""
    rows, length = inputs["input_ids"].shape
    cache = fill(backbone.model, inputs)
    starts = torch.full((rows,), length, device=backbone.device)
    deltas = getattr(backbone.model.base_model, "rope_deltas", None)
    if deltas is not None and "pixel_values" in inputs:  # else it is that of another prompt
        starts = starts + deltas.reshape(-1).to(starts.device)
    return Batch(cache, length, starts)


def _key(picture: Picture | None) -> str:
    return picture.digest if picture else ""


def without_last(inputs: Inputs) -> Inputs:
    """The inputs of a prompt without its last token, which is text."""
    length = inputs["input_ids"].shape[1]
    return {
        name: value[:, :-1] if value.shape[:2] == (1, length) and value.ndim == 2 else value
        for name, value in inputs.items()
    }
