"""What is judged in a measurement, and what is true of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of one image, and no more: what was not labelled is None.

    `violated` are the ids of exactly those rules of the suite's constitution that it violates;
    `atoms` tells by rule id and by the atom's content whether that content is visible. A negated
    atom holds where its content is not.
    """

    unsafe: bool
    violated: frozenset[str] | None = None
    atoms: Mapping[str, Mapping[str, bool]] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One image of a suite.

    `id` is unique in its suite and the same in every run. `read` gives the bytes of the file, each
    time it is called, and may raise `ImageError` or `OSError`. `tags` are for tables and for
    people: `style`, `intent`, `rule` (the one it was made for), `topic`, `category`, `source`.
    `digest` tells the image from any other, in hex; empty where only reading it does.
    """

    id: str
    read: Callable[[], bytes]
    truth: Truth
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    digest: str = ""
