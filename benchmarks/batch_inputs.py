"""The collections that batches are measured on."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image as PILImage

from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.files import write_scenes

SEED = 7
_SIDE = 32
_GROUP = 1000

CONSTITUTION = """\
name: colours
version: "1"
rules:
  - id: red
    text: red things
    chain: [red]
  - id: black-and-white
    text: black things with white ones
    chain: [black, white]
"""
"""What the fake models, who see colours only, are asked about tiny pictures."""


def scenes(folder: Path, count: int, *, seed: int = SEED, side: int = 256) -> Path:
    """A folder of scenes as PNG files, made unless it is there from an earlier run."""
    made = folder / f"scenes-{seed}-{count}-{side}"
    if not (made / "labels.jsonl").exists():
        for _ in write_scenes(made, make_scenes(count, seed, side=side), force=True):
            pass
    return made


def rows(file: Path, count: int) -> Path:
    """A parquet file of tiny PNG files, no two of which are equal, with ids."""
    schema = pa.schema([("id", pa.string()), ("image", pa.binary())])
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, count, _GROUP):
            numbers = range(start, min(start + _GROUP, count))
            ids = [f"{number:07}" for number in numbers]
            writer.write_table(pa.table([ids, list(map(_tiny, numbers))], schema=schema))
    return file


def _tiny(number: int) -> bytes:
    """A picture of two colours with its number in its first pixels."""
    colours = ("red", "black", "white", "blue", "yellow")
    image = PILImage.new("RGB", (_SIDE, _SIDE), colours[number % 5])
    image.paste(colours[number // 5 % 5], (0, 0, _SIDE, _SIDE // 2))
    for place in range(3):
        image.putpixel((place, 0), (number >> 8 * place & 255, 0, 0))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()
