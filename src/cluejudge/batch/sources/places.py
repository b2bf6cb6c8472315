"""Where the bytes of a row are, as a text that is kept in a listing and read back from it.

Names of files are relative to the folder or URL of the collection. They may hold bytes that are
not UTF-8, in Python's surrogates; a text cannot, so such names are written with `%`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote_from_bytes, unquote_to_bytes

from cluejudge.batch.entries import Refusal

_CELL, _MEMBER, _REFUSED, _QUOTED = "#", "@", "!", "%"


@dataclass(frozen=True, slots=True)
class File:
    """The whole of a file."""

    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What the image column of a table holds in `row`, from 0."""

    name: str
    row: int


@dataclass(frozen=True, slots=True)
class Member:
    """`size` bytes from `offset` on in what the archive `name` is unpacked."""

    name: str
    offset: int
    size: int


Place: TypeAlias = File | Cell | Member | Refusal
"""A `Refusal` stands for a row of which is known already that nothing can be fetched."""


def written(place: Place) -> str:
    """`place` as a text of valid UTF-8."""
    match place:
        case File(name):
            return _spelled(name)
        case Cell(name, row):
            return f"{_CELL}{row} {_spelled(name)}"
        case Member(name, offset, size):
            return f"{_MEMBER}{offset}+{size} {_spelled(name)}"
        case Refusal(code, reason):
            return f"{_REFUSED}{code} {label(reason)}"


def read(text: str) -> Place:
    """The place that `written` made `text` of."""
    kind, (first, _, rest) = text[:1], text[1:].partition(" ")
    if kind == _REFUSED:
        return Refusal(first, rest)
    if kind == _CELL:
        return Cell(_unspelled(rest), int(first))
    if kind == _MEMBER:
        offset, _, size = first.partition("+")
        return Member(_unspelled(rest), int(offset), int(size))
    return File(_unspelled(text))


def is_refused(text: str) -> bool:
    """Whether nothing can be fetched from the place `text`."""
    return text.startswith(_REFUSED)


def label(name: str) -> str:
    """`name` for people and as an id: bytes that are not UTF-8 are spelled out."""
    return name.encode("utf-8", "backslashreplace").decode()


def _spelled(name: str) -> str:
    if name[:1] not in (_CELL, _MEMBER, _REFUSED, _QUOTED) and label(name) == name:
        return name
    return _QUOTED + quote_from_bytes(name.encode("utf-8", "surrogatepass"))


def _unspelled(text: str) -> str:
    if not text.startswith(_QUOTED):
        return text
    return unquote_to_bytes(text[1:]).decode("utf-8", "surrogatepass")
