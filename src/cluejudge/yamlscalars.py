"""What the scalars of a YAML file stand for, by the core schema of YAML 1.2.2 (section 10.3).

`no` and `on` are text, dates are text. A number remembers how it was written, so that
`version: 1.10` stays "1.10" where text is wanted.
"""

from __future__ import annotations

import re
from typing import Self

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


class WrittenInt(int):
    """A whole number that remembers its spelling."""

    written: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The number that `text` spells: decimal, 0o octal or 0x hexadecimal."""
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = cls(text, base)
        number.written = text
        return number


class WrittenFloat(float):
    """A number that remembers its spelling."""

    written: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The number that `text` spells; `.inf` and `.nan` too."""
        lower = text.lower()
        number = cls(lower.replace(".", "") if "inf" in lower or "nan" in lower else lower)
        number.written = text
        return number


def as_written(value: object) -> object:
    """A number read from a file as the text that was written; anything else as it is."""
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else value


def plain_scalar(text: str) -> object:
    """What `text` stands for without quotes: None, a boolean, a number or text."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return WrittenInt.read(text)
    return WrittenFloat.read(text) if _FLOAT.fullmatch(text) else text
