"""Models by name, loaded only when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import SecretStr

from cluejudge.errors import ModelError, UsageError
from cluejudge.models.protocols import Models, Writer

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "chat": "cluejudge.servers.models:load_chat",
        "decisions": "cluejudge.servers.models:load_decisions",
        "embedded": "cluejudge.embedded.models:load",
        "fake": "cluejudge.models.fake:load",
        "mllm": "cluejudge.mllm.models:load",
        "student": "cluejudge.student.models:load",
        "systemone": "cluejudge.servers.models:load_systemone",
    }
)
"""For each name `module:callable`, a callable that takes what follows the name's colon."""

WRITERS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("chat", "decisions", "systemone"), "cluejudge.servers.models:load_writer"),
        "fake": "cluejudge.models.scripted:load_writer",
        "mllm": "cluejudge.mllm.models:load_writer",
    }
)
"""The same for the writers of those models that can write."""

ENCODERS: Mapping[str, str] = MappingProxyType(
    {
        "embedded": "cluejudge.embedded.models:load",
        "fake": "cluejudge.models.fake:load",
        "mllm": "cluejudge.mllm.beside:load",
    }
)
"""The same for models of which only the encoder is wanted; `mllm` is that of a CLIP or SigLIP."""

SERVERS = ("chat", "decisions", "systemone")
"""The names of models behind a URL: their callables take a key, behind the options."""

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(SERVERS, "cluejudge.servers.options:parse_options"),
        "mllm": "cluejudge.mllm.options:parse_options",
    }
)
"""For each name whose callable takes options too, what makes them of names and values."""

FORMS: Mapping[str, str] = MappingProxyType(
    {
        **{name: f"{name}:MODEL@URL" for name in SERVERS},
        "mllm": "mllm:ORG/NAME",
        "student": "student:FOLDER",
    }
)
"""How a spec is written whose name alone names no model."""

KEEPERS = ("mllm",)
"""The names of models with an option `cache`, the folder where they keep answers."""

FACTS: Mapping[str, str] = MappingProxyType({"mllm": "cluejudge.mllm.facts:facts"})
"""For names whose models are known before they are loaded: what tells of them, given all that."""

_OPEN = "mllm"
"""The name behind the hub's ids and folders, which stand for themselves."""

_STUDENT = "student"
STUDENT_CARD = "student.json"
"""The file that makes a folder one of a student."""

_NO_ENCODER = "none"


class Fact(NamedTuple):
    """Something about models that are not loaded yet; not `good` if it keeps them from being."""

    name: str
    text: str
    good: bool = True


HUB_ID = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
"""The id of a model on the hub, ORG/NAME."""


Key = str | SecretStr | None
"""What opens a server; a `SecretStr` hides it from whoever prints it."""


def load_models(spec: str, options: Mapping[str, str] | None = None, key: Key = None) -> Models:
    """The models that `spec` names, loaded as `options` say (`cluejudge.mllm.options`).

    `spec` is NAME or NAME:ARG, such as `fake:answers.json`; `chat:MODEL@URL`,
    `systemone:MODEL@URL` or `decisions:MODEL@URL` for a model behind a server, which is sent
    `key`, and whose options are in `cluejudge.servers.options`; the id of an open model on the hub,
    ORG/NAME; or the folder of one, or of a student. A folder that is called like a name is given as
    `./NAME`. Raises `UsageError` for an unknown name, and for options of a model that takes none;
    `ModelError` for models that cannot be loaded.
    """
    models: Models = _loaded(NAMES, spec, options, key)
    return models


def load_encoder(spec: str) -> Models:
    """Models with the encoder that `spec` names.

    That is `embedded`, or the ORG/NAME or the folder of a CLIP or SigLIP. Raises `UsageError` for
    models without an encoder of their own, and as `load_models` does.
    """
    name, arg = resolved(spec)
    if name not in ENCODERS:
        raise UsageError(f"the model '{name}' has no encoder of its own", hint=_ENCODERS_HINT)
    if name == _OPEN and not arg:
        raise UsageError(f"'{name}' alone names no encoder", hint=_ENCODERS_HINT)
    models: Models = _imported(ENCODERS[name], name)(arg)
    return models


def encoder_of(spec: str, options: Mapping[str, str]) -> str:
    """What `load_encoder` takes for the encoder that `load_models` gives these models.

    Raises `UsageError` for models without one.
    """
    name, _ = resolved(spec)
    if name in OPTIONS:
        beside: str = _imported(OPTIONS[name], name)(options).encoder
        if beside != _NO_ENCODER:
            return beside
    elif name in ENCODERS:
        return spec
    raise UsageError(f"the model {spec} has no encoder", hint=_ENCODERS_HINT)


_ENCODERS_HINT = "name one: embedded, or a CLIP or SigLIP by its ORG/NAME or folder"


def load_writer(spec: str, options: Mapping[str, str] | None = None, key: Key = None) -> Writer:
    """The writer of the model that `spec` names, as for `load_models`.

    The writer of a server is its chat completions, whichever way its model is asked for
    probabilities. `fake:FILE` answers as the file says (`cluejudge.models.scripted`). Raises as
    `load_models` does, and `UsageError` for models that write nothing.
    """
    name, _ = resolved(spec)
    if name not in WRITERS:
        raise UsageError(
            f"model '{name}' writes no text",
            hint="take a server, chat:MODEL@URL, or an open model by its ORG/NAME or folder",
        )
    writer: Writer = _loaded(WRITERS, spec, options, key)
    return writer


def _loaded(
    names: Mapping[str, str], spec: str, options: Mapping[str, str] | None, key: Key
) -> Any:
    name, arg = resolved(spec)
    if name in FORMS and not arg:
        raise UsageError(f"'{name}' alone names no model", hint=f"write {FORMS[name]}")
    if options and name not in OPTIONS:
        raise UsageError(
            f"model '{name}' takes no options, such as {next(iter(options))}",
            hint="options are for servers, and for models by ORG/NAME or folder",
        )
    # Options are read first: they are wrong in a moment, and a library may take long to import.
    given = [_imported(OPTIONS[name], name)(options or {})] if name in OPTIONS else []
    if name in SERVERS:
        given.append(SecretStr(key) if isinstance(key, str) else key)
    return _imported(names[name], name)(arg, *given)


def facts(spec: str, options: Mapping[str, str]) -> tuple[Fact, ...]:
    """What can be told of the models that `spec` names before they are loaded.

    Raises `UsageError` and `ModelError` as `load_models` does.
    """
    name, arg = resolved(spec)
    found: tuple[Fact, ...] = ()
    if name in FACTS and arg:
        found = _imported(FACTS[name], name)(arg, options)
    return found


def takes_options(spec: str) -> bool:
    """Whether the models that `spec` names may be given options. Raises `UsageError`."""
    return resolved(spec)[0] in OPTIONS


def keeps_answers(spec: str) -> bool:
    """Whether the models that `spec` names keep answers in a folder. Raises `UsageError`."""
    return resolved(spec)[0] in KEEPERS


def resolved(spec: str) -> tuple[str, str]:
    """The name in `NAMES` that `spec` comes down to, and what its callable is given.

    Raises `UsageError` if it comes down to none.
    """
    name, _, arg = spec.partition(":")
    if name in NAMES:
        return name, arg
    if spec and (Path(spec) / STUDENT_CARD).is_file():
        return _STUDENT, spec
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
    forms = ", ".join(FORMS.get(name, name) for name in sorted(NAMES))
    return f"{meant}there are: {forms}; and open models by their id on the hub, ORG/NAME, or folder"
