"""One row of a collection on its way: listed, fetched, prepared to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from cluejudge.image import LoadedImage

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """A row before anything of it is read.

    `row` is its place within its shard, from 0; `place` says where its bytes are, in the words of
    the source that listed it; `stamp` changes when they do, as far as that is told without reading
    them (size and time of a file, an etag).
    """

    row: int
    id: str
    place: str
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that fsspec opens by `url` with `options`."""

    url: str
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


Data: TypeAlias = bytes | Path | Remote


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row cannot be judged; as an `ImageError`, and it can be sent between processes."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A row and its bytes, or where a worker finds them, or why there are none."""

    entry: Entry
    data: Data | Refusal


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row that can be judged, or why not. `sha256` is of its bytes, empty if there were none."""

    entry: Entry
    sha256: str
    image: LoadedImage | Refusal
