"""Models by name, loaded only when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType

from cluejudge.errors import ModelError, UsageError
from cluejudge.models.protocols import Models

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "embedded": "cluejudge.embedded.models:load",
        "fake": "cluejudge.models.fake:load",
    }
)
"""For each name `module:callable`, a callable that takes what follows the name's colon."""


def load_models(spec: str) -> Models:
    """The models that `spec` names: NAME or NAME:ARG, such as `fake:answers.json`.

    Raises `UsageError` for an unknown name, `ModelError` for models that cannot be loaded.
    """
    name, _, arg = spec.partition(":")
    target = NAMES.get(name)
    if target is None:
        raise UsageError(f"there is no model '{name}'", hint=_suggestion(name))
    module, _, loader = target.partition(":")
    try:
        load = getattr(import_module(module), loader)
    except ImportError as error:
        raise ModelError(f"model '{name}' cannot be loaded: {error}") from error
    models: Models = load(arg)
    return models


def _suggestion(name: str) -> str:
    close = get_close_matches(name, NAMES, n=1)
    meant = f"did you mean '{close[0]}'? " if close else ""
    return f"{meant}there are: {', '.join(sorted(NAMES))}"
