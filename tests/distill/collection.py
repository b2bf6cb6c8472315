"""A collection of coloured blocks, and a batch that the fake model has judged it in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.run import run_batch
from cluejudge.batch.shard import Told
from cluejudge.batch.tally import Tally
from cluejudge.compiled import load_compiled
from cluejudge.models.fake import COLOURS

RULES = load_compiled(
    """
name: blocks
rules:
  - {id: red, text: something red, severity: high, chain: [something red]}
  - {id: blue, text: something blue, chain: [something blue]}
  - {id: purple, text: something purple, chain: [something purple]}
"""
)

_BLOCKS, _SIDE = 6, 8
_GROUND = ("white", "green", "yellow", "grey")


def blocks(seed: int) -> Image.Image:
    """Blocks of colours; in one picture of five some are red, in one of five some are blue."""
    generator = np.random.default_rng(seed)
    names = generator.choice(_GROUND, size=_BLOCKS**2).tolist()
    for colour in ("red", "blue"):
        if generator.random() < 0.2:
            for place in generator.choice(_BLOCKS**2, size=generator.integers(8, 14)):
                names[place] = colour
    pixels = np.array([COLOURS[name] for name in names], np.uint8).reshape(_BLOCKS, _BLOCKS, 3)
    return Image.fromarray(pixels.repeat(_SIDE, axis=0).repeat(_SIDE, axis=1))


class _Nobody:
    def listed(self, rows: int) -> None: ...

    def begin(self, rows: int, before: Tally) -> None: ...

    def told(self, row: Told) -> None: ...


def draw(folder: Path, count: int) -> Path:
    """`count` pictures, one of them broken and one of them there twice."""
    folder.mkdir()
    for seed in range(count):
        blocks(seed).save(folder / f"{seed:04}.png")
    (folder / "broken.png").write_bytes((folder / "0000.png").read_bytes()[:70])
    (folder / "copy.png").write_bytes((folder / "0001.png").read_bytes())
    return folder


def judge(pictures: Path, output: Path, *, first: str = "") -> Path:
    """The folder of a finished batch."""
    plan = Plan(
        input=InputSpec(where=str(pictures)),
        output=output,
        constitution=RULES,
        model="fake",
        first=first,
    )
    engine = LocalEngine()
    run_batch(plan, Pace(workers=1, in_flight=32, contact=0), engine, _Nobody())
    engine.close()
    return output
