"""Which column holds the images, told by what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cluejudge.batch.sources.carrying import missing
from cluejudge.batch.sources.wanted import holds_image, named_image
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

PEEK_ROWS = 32
"""As many of the first rows are looked at."""

_NAMES = (
    *("image", "img", "picture", "photo", "file_name", "filename", "file", "filepath", "path"),
    *("image_path", "image_file", "image_bytes", "bytes", "jpg", "png", "url", "image_url", "uri"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that may hold images: in it, or by their names; and what stands in its first rows.

    A value is text, bytes, a mapping with `bytes` and `path`, or None.
    """

    name: str
    held: bool
    values: Sequence[object]


def image_column(columns: Sequence[Column], every: Sequence[str], given: str, told: str) -> str:
    """The name of the image column: `given`, or the one that holds images, or the one of names.

    `columns` are those that can be it, `every` the names of all. Raises `UsageError` if it is not
    there, if it cannot hold images, and if no column or several look like it.
    """
    if given:
        if given not in every:
            raise missing(given, every, told)
        if not any(one.name == given for one in columns):
            raise UsageError(
                f"the column `{one_line(given)}` of {told} cannot hold images",
                hint="it takes bytes, a path or a URL, or a struct of `bytes` and `path`",
            )
        return given
    holding = [one for one in columns if one.held and any(map(_is_image, one.values))]
    naming = [one for one in columns if not one.held and _mostly_names(one.values)]
    called = [one for one in columns if one.name.lower() in _NAMES]
    alone = list(columns) if len(every) == 1 else []
    for likely in (holding, naming, called, alone):
        if len(likely) > 1:
            names = ", ".join(f"`{one_line(one.name)}`" for one in likely)
            raise UsageError(f"{told} has several columns of images: {names}", hint=_name(every))
        if likely:
            return likely[0].name
    raise UsageError(f"{told} has no column that looks like images", hint=_name(every))


def _name(every: Sequence[str]) -> str:
    there = ", ".join(map(one_line, every)) or "none"
    return f"name the column of the images; there are: {there}"


def _is_image(value: object) -> bool:
    if isinstance(value, dict):
        path = value.get("path")
        return _is_image(value.get("bytes")) or (isinstance(path, str) and _names_image(path))
    return isinstance(value, bytes) and holds_image(value)


def _mostly_names(values: Sequence[object]) -> bool:
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    return bool(texts) and 2 * sum(map(_names_image, texts)) >= len(texts)


def _names_image(text: str) -> bool:
    path = text.partition("?")[0].partition("#")[0] if "://" in text else text
    return named_image(path.strip())
