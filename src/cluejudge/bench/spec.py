"""How suites and methods are named: `NAME`, `NAME:ARG`, and options behind a question mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from cluejudge import pairs
from cluejudge.errors import ModelError, UsageError
from cluejudge.settings import Frozen

F = TypeVar("F", bound=Frozen)

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Spec:
    """A name with what it is given: `table:labels.csv?image=file&unsafe=bad`."""

    name: str
    arg: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def __str__(self) -> str:
        said = f"{self.name}:{self.arg}" if self.arg else self.name
        options = "&".join(f"{name}={value}" for name, value in self.options.items())
        return f"{said}?{options}" if options else said

    def read_options(self, kind: type[F]) -> F:
        """The options as a value of `kind`; `UsageError` for unknown names and bad values."""
        return pairs.built(kind, self.options, f"{self.name}?")

    def nameless(self) -> Spec:
        """Itself, for what takes options only; else raises `UsageError`."""
        if self.arg:
            raise UsageError(
                f"'{self}': {self.name} takes nothing behind a colon", hint=f"write {self.name}"
            )
        return self

    def plain(self) -> Spec:
        """Itself, for what takes neither an argument nor options; else raises `UsageError`."""
        if self.arg or self.options:
            raise UsageError(f"'{self}': {self.name} takes no options", hint=f"write {self.name}")
        return self


def parse_spec(text: str) -> Spec:
    """Reads `NAME[:ARG][?NAME=VALUE[&NAME=VALUE...]]`.

    The options begin at the last `?` that an `=` follows, so that a path may hold one. Raises
    `UsageError` for an option without a value, or given twice.
    """
    head, mark, tail = text.rpartition("?")
    if not mark or "=" not in tail:
        head, tail = text, ""
    name, _, arg = head.partition(":")
    options = pairs.gathered(tail.split("&") if tail else (), f"{name}?")
    return Spec(name, arg, MappingProxyType(options))


class Entry(NamedTuple):
    """A name that may be asked for: `module:callable` and a line about it.

    `extra` is the optional dependency that it is imported with, `files` what no package brings.
    """

    target: str
    about: str
    extra: str = ""
    form: str = ""
    files: str = ""

    @property
    def needs(self) -> str:
        """What it needs beside the package, in words; empty for nothing."""
        told = (f"the extra {self.extra}" if self.extra else "", self.files)
        return ", ".join(part for part in told if part)


def load_entry(entries: Mapping[str, Entry], spec: Spec, what: str) -> Any:
    """The callable of the entry that `spec` names; `what` is `suite` or `method`.

    Raises `UsageError` for a name that there is not, with the nearest that there is, and
    `ModelError` for one whose libraries cannot be imported, with the command that installs them.
    """
    entry = entries.get(spec.name)
    if entry is None:
        raise UsageError(f"there is no {what} '{spec.name}'", hint=_meant(spec.name, entries, what))
    module, _, attribute = entry.target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ImportError as error:
        install = f"pip install 'cluejudge[{entry.extra}]'" if entry.extra else ""
        raise ModelError(f"{what} '{spec.name}' cannot be loaded: {error}", hint=install) from error


def _meant(name: str, names: Iterable[str], what: str) -> str:
    close = get_close_matches(name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"`cluejudge bench list` shows every {what}"
