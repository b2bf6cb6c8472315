"""A writer over a model in process: what the two-step reasoning of the paper and compilers need."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.mllm.inference.generation import Generator, Task
from cluejudge.mllm.inference.prefix import Prefix, model_inputs, prefill, without_last
from cluejudge.mllm.scorer import with_room
from cluejudge.mllm.strategies import Kit
from cluejudge.models.protocols import Write


class MllmWriter:
    """The likeliest text for each request, in the model's own chat template."""

    def __init__(self, kit: Kit, generator: Generator) -> None:
        self._kit = kit
        self._generator = generator

    def write(self, asks: Sequence[Write]) -> list[str]:
        """A text for each request, of at most its own tokens.

        A special token that a prompt spells is read as text, broken by a space. Raises `ModelError`
        for a prompt that is no text, and for a model that fails.
        """
        texts, self._kit = with_room(self._kit, lambda kit: [self._write(kit, ask) for ask in asks])
        return texts

    def _write(self, kit: Kit, ask: Write) -> str:
        backbone = kit.backbone
        text = kit.prompts.chat(ask.prompt, pictured=ask.image is not None)
        inputs = model_inputs(backbone, text, ask.image, add_special=kit.prompts.adds_special)
        last = int(inputs["input_ids"][0, -1])
        batch = prefill(backbone, without_last(inputs))
        task = Task(Prefix(batch, 0), (last,), ask.max_tokens)
        written = self._generator.write([task], lambda ids: False, kit.batch_tokens)
        return kit.prompts.decode(written[0].ids).strip()
