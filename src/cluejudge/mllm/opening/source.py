"""Where a model is, a folder or the hub, and what names its very files."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers.utils import cached_file

from cluejudge.errors import ModelError, UsageError
from cluejudge.mllm.opening.hub import hub_error
from cluejudge.models.registry import HUB_ID

CONFIG = "config.json"
GOOD = "Qwen/Qwen3-VL-8B-Instruct, OpenGVLab/InternVL3-8B-hf or llava-hf/llava-1.5-7b-hf"
"""Models to name to those whose own cannot be used."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_WEIGHTS = frozenset((".safetensors", ".bin", ".pt", ".pth", ".gguf", ".onnx", ".h5", ".msgpack"))
_LARGE = 2**26
_OTHERS = {
    "adapter_config.json": "an adapter without its model: merge the two, and give the result",
    "card.json": "perhaps the package's own models, which embedded:FOLDER loads",
    "model_index.json": "a model that draws pictures and cannot be asked about them",
    "snapshots": "a folder of the hub's cache: give its ORG/NAME, or one of its snapshots",
}
"""What else a folder may be, by a file or folder in it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model's files: `place` is what transformers finds them by, at `commit` if it is the hub's.

    `name` is as the user gave it; `revision` tells one state of the files from any other.
    """

    name: str
    place: str
    revision: str
    commit: str | None
    config: dict[str, Any]


def find_source(spec: str, revision: str | None = None) -> Source:
    """The model in the folder `spec`, or that of the hub with the id `spec`, ORG/NAME.

    Raises `UsageError` for a revision of a folder, `ModelError` for what is no model, or cannot be
    reached.
    """
    folder = Path(spec)
    if folder.is_dir():
        if revision:
            raise UsageError(f"option revision={revision}: {spec} is a folder, which has none")
        config = _config_in(folder, spec)
        return Source(spec, spec, folder_digest(folder), None, config)
    if folder.exists():
        raise ModelError(
            f"{spec} is a file, and a model is a folder with a {CONFIG}",
            hint="give the folder that it was saved or downloaded to",
        )
    if not HUB_ID.fullmatch(spec):
        raise ModelError(
            f"there is no folder {spec}, nor is it the id of a model on the hub",
            hint=f"an id is ORG/NAME, such as {GOOD}",
        )
    return _on_hub(spec, revision)


def own_code(name: str) -> ModelError:
    """The error for a model that cannot be opened but by code that comes with it."""
    return ModelError(
        f"{name} brings its own code, which is never run: it could do anything here",
        hint="use a version that transformers knows by itself, often named ...-hf, or another "
        f"model, such as {GOOD}",
    )


def folder_digest(folder: Path) -> str:
    """sha256, hex, over the bytes of all small files, and names, sizes and times of the weights.

    Weights are too large to be read for a name. Hidden files count for nothing. Raises `ModelError`
    for a file that cannot be read.
    """
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        try:
            found.update(json.dumps(inside.as_posix()).encode() + _state(path))
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return found.hexdigest()


def _state(path: Path) -> bytes:
    """What changes when a file does."""
    facts = path.stat()
    if path.suffix in _WEIGHTS or facts.st_size > _LARGE:
        return f"{facts.st_size} {facts.st_mtime_ns}".encode()
    return hashlib.sha256(path.read_bytes()).digest()


def _on_hub(spec: str, revision: str | None) -> Source:
    try:
        path = cached_file(spec, CONFIG, revision=revision)
    except OSError as error:
        raise hub_error(spec, revision, error) from error
    if path is None:
        raise ModelError(
            f"{spec} has no {CONFIG}: it is no model for transformers",
            hint=f"use one that is, such as {GOOD}",
        )
    commit = Path(path).parent.name
    if not _COMMIT.fullmatch(commit):
        raise ModelError(f"the hub's cache keeps {path} under no commit", hint="clear the cache")
    return Source(spec, spec, commit, commit, _config(Path(path), spec))


def _config_in(folder: Path, spec: str) -> dict[str, Any]:
    if (folder / CONFIG).is_file():
        return _config(folder / CONFIG, spec)
    hints = [hint for name, hint in _OTHERS.items() if (folder / name).exists()]
    if any(folder.glob("*.gguf")):
        hints.append("it holds GGUF weights, which are for llama.cpp: get the original ones")
    raise ModelError(
        f"the folder {spec} is no model: it has no {CONFIG}",
        hint=hints[0] if hints else "give the folder that a model was saved or downloaded to",
    )


def _config(path: Path, spec: str) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"the {CONFIG} of {spec} cannot be read: {error}") from error
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise ModelError(
            f"the {CONFIG} of {spec} names no model_type: it is no model for transformers",
            hint=f"use one that is, such as {GOOD}",
        )
    return config
