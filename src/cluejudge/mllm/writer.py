"""A writer over a model in process: what the two-step reasoning of the paper and compilers need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

import torch

from cluejudge.mllm.inference.generation import Generator, Task
from cluejudge.mllm.inference.prefix import Prefix, model_inputs, prefill, without_last
from cluejudge.mllm.scorer import with_room
from cluejudge.mllm.strategies import Kit
from cluejudge.models.protocols import Write


class MllmWriter:
    """The likeliest text for each request, in the model's own chat template, all side by side.

    A request that begins as the model's questions do (`CascadedReasoner`'s do) goes on from what
    was read of its picture. Requests without a picture share what they begin with. For a request
    in other words its picture is read with the prompt.
    """

    def __init__(self, kit: Kit, generator: Generator) -> None:
        self._kit = kit
        self._generator = generator

    def write(self, asks: Sequence[Write]) -> list[str]:
        """A text for each request, of at most its own tokens.

        A special token that a prompt spells is read as text, broken by a space. Raises `ModelError`
        for a prompt that is no text, and for a model that fails.
        """
        texts, self._kit = with_room(self._kit, lambda kit: self._write(kit, asks))
        return texts

    def _write(self, kit: Kit, asks: Sequence[Write]) -> list[str]:
        tasks = _tasks(kit, asks)
        texts = self._generator.write(tasks, lambda ids: False, kit.batch_tokens)
        return [kit.prompts.decode(text.ids).strip() for text in texts]


def _tasks(kit: Kit, asks: Sequence[Write]) -> list[Task]:
    """What is to be written, and behind which prefix."""
    going_on: dict[int, tuple[int, ...]] = {}
    without: dict[int, tuple[int, ...]] = {}
    tasks: dict[int, Task] = {}
    for place, ask in enumerate(asks):
        text = kit.prompts.chat(ask.prompt, pictured=ask.image is not None)
        behind = kit.prompts.behind_head(text, pictured=ask.image is not None)
        if behind:
            going_on[place] = behind
        elif ask.image is None:
            without[place] = kit.prompts.whole(text)
        else:
            tasks[place] = _of_its_own(kit, text, ask)
    prefixes = kit.prefixes([asks[place].image for place in going_on], kit.batch_tokens)
    for (place, ids), prefix in zip(going_on.items(), prefixes, strict=True):
        tasks[place] = Task(prefix, ids, asks[place].max_tokens)
    for place, (prefix, ids) in _with_one_beginning(kit, without).items():
        tasks[place] = Task(prefix, ids, asks[place].max_tokens)
    return [tasks[place] for place in range(len(asks))]


def _of_its_own(kit: Kit, text: str, ask: Write) -> Task:
    """A request whose prefix is all of its prompt, but for the last token."""
    inputs = model_inputs(kit.backbone, text, ask.image, add_special=kit.prompts.adds_special)
    batch = prefill(kit.backbone, without_last(inputs))
    return Task(Prefix(batch, 0), (int(inputs["input_ids"][0, -1]),), ask.max_tokens)


def _with_one_beginning(
    kit: Kit, prompts: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[Prefix, tuple[int, ...]]]:
    """Prompts without a picture, cut where they part; at least the last token of each remains."""
    cut: dict[int, tuple[Prefix, tuple[int, ...]]] = {}
    for first in {ids[0] for ids in prompts.values()}:
        alike = {place: ids for place, ids in prompts.items() if ids[0] == first}
        columns = zip(*(ids[:-1] for ids in alike.values()), strict=False)
        shared = [column[0] for column in takewhile(lambda one: len(set(one)) == 1, columns)]
        read = torch.tensor([shared], device=kit.backbone.device)
        prefix = Prefix(prefill(kit.backbone, {"input_ids": read}), 0)
        cut |= {place: (prefix, ids[len(shared) :]) for place, ids in alike.items()}
    return cut
