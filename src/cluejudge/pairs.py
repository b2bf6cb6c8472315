"""Frozen values from `NAME=VALUE` pairs, as people write them; mistakes are said in their words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from cluejudge.errors import UsageError
from cluejudge.settings import Frozen

F = TypeVar("F", bound=Frozen)


def split(pair: str, said: str) -> tuple[str, str]:
    """The name and the value of a pair; `said` is what stands before it, such as `--set`.

    Raises `UsageError` if there is no value.
    """
    name, equals, value = pair.partition("=")
    if not equals:
        raise UsageError(f"{said} {pair}: there is no value", hint="write NAME=VALUE")
    return name, value


def gathered(pairs: Iterable[str], said: str) -> dict[str, str]:
    """The values of pairs by their names. Raises `UsageError` for a name that is given twice."""
    given: dict[str, str] = {}
    for name, value in (split(pair, said) for pair in pairs):
        if name in given:
            raise twice(name, said)
        given[name] = value
    return given


def built(kind: type[F], given: Mapping[str, str], said: str) -> F:
    """The value of `kind` with its fields as `given`; `none` leaves a field that may be empty so.

    Raises `UsageError` for an unknown name, with the nearest known one, and for a bad value.
    """
    for name in given:
        if name not in kind.model_fields:
            raise unknown(name, kind.model_fields, said)
    values = {
        name: None if value == "none" and kind.model_fields[name].default is None else value
        for name, value in given.items()
    }
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        pairs = [f"{name}={value}" for name, value in given.items() if name in fault["loc"][:1]]
        hint = str(fault.get("ctx", {}).get("hint", ""))
        place = " ".join([said, *pairs])
        raise UsageError(f"{place}: {_uncapitalised(fault['msg'])}", hint=hint) from None


def twice(name: str, said: str) -> UsageError:
    """The error for a name that is given twice."""
    return UsageError(f"{said} {name} is given twice", hint="keep one of them")


def unknown(
    name: str, known: Iterable[str], said: str, shown: Iterable[str] | None = None
) -> UsageError:
    """The error for a name that is not `known`: the nearest one, or those of them to be `shown`."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(shown or known)}"
    return UsageError(f"{said} {name}: there is no such setting", hint=hint)


def _uncapitalised(message: str) -> str:
    return message[:1].lower() + message[1:]
