"""Models by name, loaded only when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from cluejudge.errors import ModelError, UsageError
from cluejudge.models.protocols import Models

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "embedded": "cluejudge.embedded.models:load",
        "fake": "cluejudge.models.fake:load",
        "mllm": "cluejudge.mllm.models:load",
    }
)
"""For each name `module:callable`, a callable that takes what follows the name's colon."""

OPTIONS: Mapping[str, str] = MappingProxyType({"mllm": "cluejudge.mllm.options:parse_options"})
"""For each name whose callable takes options too, what makes them of names and values."""

FACTS: Mapping[str, str] = MappingProxyType({"mllm": "cluejudge.mllm.facts:facts"})
"""For names whose models are known before they are loaded: what tells of them, given all that."""

_OPEN = "mllm"
"""The name behind the hub's ids and folders, which stand for themselves."""


class Fact(NamedTuple):
    """Something about models that are not loaded yet; not `good` if it keeps them from being."""

    name: str
    text: str
    good: bool = True


HUB_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
"""The id of a model on the hub, ORG/NAME."""


def load_models(spec: str, options: Mapping[str, str] | None = None) -> Models:
    """The models that `spec` names, loaded as `options` say (`cluejudge.mllm.options`).

    `spec` is NAME or NAME:ARG, such as `fake:answers.json`; the id of an open model on the hub,
    ORG/NAME; or the folder of one. A folder that is called like a name is given as `./NAME`.
    Raises `UsageError` for an unknown name, and for options of a model that takes none;
    `ModelError` for models that cannot be loaded.
    """
    name, arg = _resolved(spec)
    if name in OPTIONS and not arg:
        raise UsageError(f"'{name}' alone names no model", hint=f"write {name}:ORG/NAME")
    if options and name not in OPTIONS:
        raise UsageError(
            f"model '{name}' takes no options, such as {next(iter(options))}",
            hint="options are for models by ORG/NAME or folder",
        )
    # Options are read first: they are wrong in a moment, and a library may take long to import.
    given = [_imported(OPTIONS[name], name)(options or {})] if name in OPTIONS else []
    models: Models = _imported(NAMES[name], name)(arg, *given)
    return models


def facts(spec: str, options: Mapping[str, str]) -> tuple[Fact, ...]:
    """What can be told of the models that `spec` names before they are loaded.

    Raises `UsageError` and `ModelError` as `load_models` does.
    """
    name, arg = _resolved(spec)
    found: tuple[Fact, ...] = ()
    if name in FACTS and arg:
        found = _imported(FACTS[name], name)(arg, options)
    return found


def takes_options(spec: str) -> bool:
    """Whether the models that `spec` names may be given options. Raises `UsageError`."""
    return _resolved(spec)[0] in OPTIONS


def _resolved(spec: str) -> tuple[str, str]:
    """The name in `NAMES` that `spec` comes down to, and what its callable is given."""
    name, _, arg = spec.partition(":")
    if name in NAMES:
        return name, arg
    if spec and (Path(spec).exists() or HUB_ID.fullmatch(spec)):
        return _OPEN, spec
    if "/" in spec or "\\" in spec:
        raise UsageError(
            f"there is no folder {spec}",
            hint="give the folder of a model, or the id of one on the hub, ORG/NAME",
        )
    raise UsageError(f"there is no model '{name}'", hint=_suggestion(name))


def _imported(target: str, name: str) -> Callable[..., Any]:
    module, _, attribute = target.partition(":")
    try:
        found: Callable[..., Any] = getattr(import_module(module), attribute)
    except ImportError as error:
        raise ModelError(f"model '{name}' cannot be loaded: {error}") from error
    return found


def _suggestion(name: str) -> str:
    close = get_close_matches(name, NAMES, n=1)
    meant = f"did you mean '{close[0]}'? " if close else ""
    return (
        f"{meant}there are: {', '.join(sorted(NAMES))}; and open models by their id on the hub, "
        "ORG/NAME, or their folder"
    )
