"""Settings given on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cluejudge import pairs as named
from cluejudge.errors import UsageError
from cluejudge.settings import Frozen, Limits, Method, Thresholds

F = TypeVar("F", bound=Frozen)

KINDS: dict[str, type[Frozen]] = {"thresholds": Thresholds, "method": Method, "limits": Limits}
SAID = "--set"


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
        name, value = named.split(pair, SAID)
        whole = _whole_name(name)
        if whole in given:
            raise named.twice(name, SAID)
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
        raise UsageError(f"{SAID} {name} has two meanings", hint=f"write {' or '.join(meant)}")
    raise named.unknown(name, known, SAID, _shortest(known))


def _shortest(known: Mapping[str, list[str]]) -> list[str]:
    """Each setting by the shortest name that is clear."""
    clear = {name for name, meant in known.items() if len(meant) == 1}
    return [name for name in known if name in clear and name.partition(".")[2] not in clear]


def _build(kind: type[F], prefix: str, given: Mapping[str, str]) -> F:
    own = {
        name: given[f"{prefix}.{name}"] for name in kind.model_fields if f"{prefix}.{name}" in given
    }
    return named.built(kind, own, SAID)
