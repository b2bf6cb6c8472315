"""Whether a configuration is that of a model that can be asked about pictures."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import transformers
from transformers import AutoConfig, PreTrainedConfig
from transformers.models.auto import modeling_auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from cluejudge.errors import ModelError
from cluejudge.mllm.failures import brief
from cluejudge.mllm.opening.source import GOOD, Source, own_code

_OWN = {"cluejudge_tower": "cluejudge.embedded.tower"}
"""Parts of models that this package brings along; importing their module registers them."""

_UPGRADE = "it may need a newer transformers: pip install --upgrade 'cluejudge[torch]'"

_OTHER_KINDS = (
    ("MODEL_FOR_CAUSAL_LM_MAPPING", "a language model, which sees no pictures", ""),
    ("MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING", "a language model, which sees no pictures", ""),
    (
        "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING",
        "an encoder, which answers no questions",
        "give it as the option encoder",
    ),
    (
        "MODEL_FOR_ZERO_SHOT_OBJECT_DETECTION_MAPPING",
        "a detector, which answers no questions",
        "give it as the option detector",
    ),
)
"""Models of other use: the mapping of transformers they are in, what they are, what to do."""


def read_config(source: Source) -> PreTrainedConfig:
    """The configuration of a model that takes pictures and text and writes text.

    Raises `ModelError` for any other model, for one that brings its own code, and for one that the
    installed transformers does not know.
    """
    kind = source.config["model_type"]
    _register_own(source.config)
    if kind not in CONFIG_MAPPING:
        raise own_code(source.name) if "auto_map" in source.config else _unknown(source, kind)
    try:
        config = AutoConfig.from_pretrained(
            source.place, revision=source.commit, trust_remote_code=False
        )
    except Exception as error:  # a configuration is checked by its own class, in its own way
        raise ModelError(
            f"the configuration of {source.name} cannot be used: {brief(error)}", hint=_UPGRADE
        ) from error
    if not _in(modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, config):
        raise _other_kind(source.name, kind, config)
    return config


def _in(mapping: Any, config: PreTrainedConfig) -> bool:
    """Whether a mapping has a model for `config`; its `in` misses types that share a class."""
    return mapping.get(type(config), None) is not None


def _register_own(config: Mapping[str, Any]) -> None:
    """Make parts of the package known to transformers where a configuration names them."""
    for part in config.values():
        if isinstance(part, Mapping) and part.get("model_type") in _OWN:
            import_module(_OWN[part["model_type"]])


def _unknown(source: Source, kind: str) -> ModelError:
    written = source.config.get("transformers_version")
    wants = f"; it was written by {written}" if isinstance(written, str) else ""
    return ModelError(
        f"{source.name} is a model of type {kind!r}, which transformers "
        f"{transformers.__version__} does not know{wants}",
        hint=_UPGRADE,
    )


def _other_kind(name: str, kind: str, config: PreTrainedConfig) -> ModelError:
    for mapping, what, todo in _OTHER_KINDS:
        if _in(getattr(modeling_auto, mapping), config):
            hint = todo or f"use one that does, such as {GOOD}"
            return ModelError(f"{name} is {what} (type {kind!r})", hint=hint)
    return ModelError(
        f"{name} is a model of type {kind!r}, which cannot be asked about pictures",
        hint=f"use one that can, such as {GOOD}",
    )
