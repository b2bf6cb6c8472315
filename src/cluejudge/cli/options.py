"""Settings given on the command line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from cluejudge.errors import UsageError
from cluejudge.settings import Frozen, Limits, Method, Thresholds

F = TypeVar("F", bound=Frozen)

KINDS: dict[str, type[Frozen]] = {"thresholds": Thresholds, "method": Method, "limits": Limits}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `--set` tunes."""

    thresholds: Thresholds
    method: Method
    limits: Limits


def parse_settings(pairs: Sequence[str]) -> Settings:
    """Read `NAME=VALUE` pairs.

    A name is a field of `Thresholds`, `Method` or `Limits`, with its kind before it where two
    kinds have it: `method.region=off`, `thresholds.region=0.5`. The value `none` leaves a
    threshold to the models. Raises `UsageError` for an unknown name, with the nearest known one,
    and for a bad value.
    """
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair}: there is no value", hint="write NAME=VALUE")
        whole = _whole_name(name)
        if whole in given:
            raise UsageError(f"--set {name} is given twice", hint="keep one of them")
        given[whole] = value
    return Settings(
        _build(Thresholds, "thresholds", given),
        _build(Method, "method", given),
        _build(Limits, "limits", given),
    )


def setting_names() -> dict[str, list[str]]:
    """Every name that `--set` knows, each with the whole names it may stand for."""
    names: dict[str, list[str]] = {}
    for prefix, kind in KINDS.items():
        for field in kind.model_fields:
            names.setdefault(field, []).append(f"{prefix}.{field}")
            names[f"{prefix}.{field}"] = [f"{prefix}.{field}"]
    return names


def _whole_name(name: str) -> str:
    known = setting_names()
    meant = known.get(name, [])
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UsageError(f"--set {name} has two meanings", hint=f"write {' or '.join(meant)}")
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(_shortest(known))}"
    raise UsageError(f"--set {name}: there is no such setting", hint=hint)


def _shortest(known: Mapping[str, list[str]]) -> list[str]:
    """Each setting by the shortest name that is clear."""
    clear = {name for name, meant in known.items() if len(meant) == 1}
    return [name for name in known if name in clear and name.partition(".")[2] not in clear]


def _build(kind: type[F], prefix: str, given: Mapping[str, str]) -> F:
    values: dict[str, str | None] = {}
    for name, field in kind.model_fields.items():
        if (value := given.get(f"{prefix}.{name}")) is not None:
            values[name] = None if value == "none" and field.default is None else value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        raise UsageError(f"--set {name}={values[name]}: {fault['msg'].lower()}") from None
