"""Writes a HEIC file, in a process of its own: its library cannot share one with the reader's.

Standard input: a JSON line with `options` and, for each picture, `mode`, `size` and `exif` (hex);
then the pixels of all of them. Standard output: the file.
"""

from __future__ import annotations

import io
import json
import sys

import pillow_heif
from PIL import Image as PILImage


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    file = pillow_heif.HeifFile()
    for picture in asked["pictures"]:
        size = tuple(picture["size"])
        count = PILImage.new(picture["mode"], size).tobytes()
        added = file.add_frombytes(picture["mode"], size, sys.stdin.buffer.read(len(count)))
        added.info["exif"] = bytes.fromhex(picture["exif"])
    buffer = io.BytesIO()
    file.save(buffer, **asked["options"])
    sys.stdout.buffer.write(buffer.getvalue())


if __name__ == "__main__":
    main()
