"""What stands in the cell of an image: its bytes, or a path or URL of it."""

from __future__ import annotations

from cluejudge.batch.entries import Data, Refusal
from cluejudge.batch.sources.files import Files, is_url
from cluejudge.batch.sources.places import File
from cluejudge.image.refusals import Code

LARGEST = 2**30
"""An image within a file of many is read into memory: one with more bytes is refused."""


def named_file(value: object, beside: str) -> File | Refusal:
    """The file that a path or a URL names; relative ones from the folder of the file `beside`."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Refusal(Code.MISSING.value, "the row names no image")
    if not isinstance(value, str):
        return Refusal(Code.MISSING.value, f"an image cannot be a {type(value).__name__}")
    folder = beside.rpartition("/")[0]
    alone = is_url(value) or value.startswith("/") or not folder
    return File(value if alone else f"{folder}/{value}")


def took(value: object, beside: str, files: Files) -> Data | Refusal:
    """What a cell holds: bytes, a path, or a mapping with `bytes` or else a `path`."""
    if isinstance(value, Refusal):
        return value
    if isinstance(value, dict):
        value = value["bytes"] if value.get("bytes") is not None else value.get("path")
    if isinstance(value, bytes):
        return value if len(value) <= LARGEST else too_large(len(value))
    place = named_file(value, beside)
    return place if isinstance(place, Refusal) else files.data(place.name)


def too_large(size: int) -> Refusal:
    """The refusal of bytes that would not fit into memory."""
    said = f"the row has {size} bytes, and within a file of many at most {LARGEST} are read"
    return Refusal(Code.TOO_MANY_BYTES.value, said)
