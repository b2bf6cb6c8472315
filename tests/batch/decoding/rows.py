"""Rows to decode: pictures of one colour, and things that are none."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

from cluejudge.batch.entries import Data, Entry, Fetched, Refusal


def png(colour: str = "red", side: int = 16) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def fetched(data: Data | Refusal, row: int = 0) -> Fetched:
    return Fetched(Entry(row, f"row {row}", "", ""), data)


class Bomb(bytes):
    """Bytes that end the process that is sent them."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (7,)


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
