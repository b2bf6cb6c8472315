"""What a user would ask yes/no questions with instead, on the same weights, files and contents.

Both are asked as their users would, all contents of a picture in one request: "Is this visible in
the image: CONTENT?". That is less than the instruction of cluejudge says, to their advantage.

- glance-vlm, by `Glance.ask` with its prefix cache on. Only its backend for Qwen3-VL has that
  cache; the tiers of its configuration choose the model, so a tier of our own names the folder.
  There is no calibration to apply, so it is off. It enlarges pictures of less than 64 tokens.
- The decision pipeline of transformers, by `pipeline("decision")` with its default prompt, the
  questions of type `noul`, and the picture as an asset. It makes a whole pass for each question. A
  template may also put all questions into one prompt, for models trained to be asked so; with any
  other each question reads those before it, and the answers are others.

`oracle` is each peer's own prompt in one plain pass of the model, so that a peer's speed counts
only if its answers are right.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image as PILImage
from transformers import pipeline

from benchmarks.ways import behind, p_yes

GLANCE = "glance-vlm"
INSTALL = "pip install --no-deps glance-vlm python-dotenv scipy"
_TIER = "benchmark"
_STATE = "picture-1"


def missing() -> str:
    """What is not installed, and how it is; nothing if all is there."""
    if all(find_spec(name) for name in ("glance", "dotenv", "yaml", "scipy")):
        return ""
    return f"{GLANCE} is not installed, so it has no rows: {INSTALL}"


def question(content: str) -> str:
    """The question about a content as a user of a peer puts it."""
    return f"Is this visible in the image: {content}?"


class GlanceWay:
    """`Glance.ask`: the picture, and what the questions have in common, are read once a request."""

    name = GLANCE
    shares = True

    def __init__(self, checkpoint: Path, work: Path, image_tokens: int, dtype: str) -> None:
        os.environ["GLANCE_ROOT"] = str(work)  # else its notes go to the home folder
        tier = {
            "id": str(checkpoint),
            "revision": "main",
            "dtype": dtype,
            "image_token_budget": image_tokens,
        }
        models = {"tier_override": _TIER, "vlm_tiers": {_TIER: tier}}
        changes = {"vlm": {"prefix_cache": True}, "models": models}
        config = import_module("glance.config").load_config(None, changes)
        self._glance = import_module("glance").Glance(config=config, calibrated=False)
        self._config = config
        self._backend = self._glance.engine.backend("vlm")

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content."""
        questions = _questions(contents)
        answers = self._glance.ask(str(file), questions)["answers"]
        return [float(answers[name]["noul"]) for name in questions]

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content in a plain pass over glance's own prompt."""
        backend = self._backend
        found = []
        for text in self._texts(file, contents):
            with PILImage.open(file) as picture:
                inputs = backend.processor(text=[text], images=[picture], return_tensors="pt")
            found.append(p_yes(backend.model, inputs, backend.yes_ids, backend.no_ids))
        return found

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        """The tokens that stand behind the picture for each content."""
        encoded = self._backend.tokenizer(self._texts(file, contents), add_special_tokens=False)
        mark = self._backend.processor.vision_end_token_id
        return [behind(ids, mark) for ids in encoded["input_ids"]]

    def _texts(self, file: Path, contents: Sequence[str]) -> list[str]:
        ref = import_module("glance.schema").ImageRef(id="img0", path=str(file))
        image = import_module("glance.images").load_image(ref, self._config.limits)
        render = import_module("glance.prompts").render_noul
        blocks = [render(question(content)) for content in contents]
        return [self._backend.render_prompt([image], None, block) for block in blocks]


class GlanceInFloat32(GlanceWay):
    """The same in the precision that glance takes by itself on a processor (its `dtype: auto`)."""

    name = f"{GLANCE}, float32"

    def __init__(self, checkpoint: Path, work: Path, image_tokens: int) -> None:
        super().__init__(checkpoint, work, image_tokens, "float32")


class DecisionWay:
    """The decision pipeline of transformers: one whole pass for each question."""

    name = "transformers decision"
    shares = False

    def __init__(self, checkpoint: Path, dtype: str) -> None:
        self._pipeline = pipeline("decision", model=str(checkpoint), dtype=dtype)

    def ask(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content."""
        answers = self._pipeline(_request(file, contents))
        return [float(answers[name]["noul"]) for name in answers]

    def oracle(self, file: Path, contents: Sequence[str]) -> list[float]:
        """P(Yes) of each content in a plain pass over the pipeline's own prompt."""
        encode = self._pipeline.tokenizer.convert_tokens_to_ids
        yes, no = [encode("Yes")], [encode("No")]
        return [
            p_yes(self._pipeline.model, inputs, yes, no) for inputs in self._inputs(file, contents)
        ]

    def prompts(self, file: Path, contents: Sequence[str]) -> list[list[int]]:
        """The tokens that stand behind the picture for each content."""
        mark = self._pipeline.processor.vision_end_token_id
        made = self._inputs(file, contents)
        return [behind(inputs["input_ids"][0].tolist(), mark) for inputs in made]

    def _inputs(self, file: Path, contents: Sequence[str]) -> list[dict[str, Any]]:
        config, processor = self._pipeline.decision_config, self._pipeline.processor
        prepared = config.prepare_inputs(_request(file, contents), processor)
        return [{k: v for k, v in inputs.items() if k != "marks"} for inputs, _ in prepared]


def _request(file: Path, contents: Sequence[str]) -> dict[str, Any]:
    questions = _questions(contents)
    return {"state": _STATE, "questions": questions, "assets": {_STATE: str(file)}}


def _questions(contents: Sequence[str]) -> dict[str, dict[str, str]]:
    """A yes/no question for each content, in the form that both peers take."""
    return {
        f"q{place}": {"type": "noul", "instructions": question(content)}
        for place, content in enumerate(contents)
    }
