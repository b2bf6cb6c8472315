"""A constitution of colours, pictures that keep or break it, and a scorer that counts its calls."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Sequence

from PIL import Image

from cluejudge.asks import Score, YesNo
from cluejudge.compiled import load_compiled

COLOURS = load_compiled(
    """
name: colours
version: "3"
rules:
  - id: red-on-blue
    text: red on blue
    severity: high
    action: review
    chain:
      - {text: a red thing, objects: red}
      - {text: a blue ground, objects: blue}
  - id: only-black
    text: black without any white
    chain:
      - {text: black, objects: black}
      - {text: white, objects: white, negated: true}
"""
)


def picture(ground: str, colour: str, side: int = 30) -> Image.Image:
    image = Image.new("RGB", (60, 60), ground)
    image.paste(colour, (0, 0, side, side))
    return image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


UNSAFE, SAFE = png(picture("blue", "red")), png(picture("white", "yellow"))
NOISE = png(Image.frombytes("RGB", (60, 60), random.Random(0).randbytes(60 * 60 * 3)))
BROKEN = UNSAFE[:60]


class Counting:
    """A scorer that says No, and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.threads: set[str] = set()

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        self.calls += 1
        self.threads.add(threading.current_thread().name)
        return [YesNo(-4.0, -0.02) if ask.image else YesNo(-0.7, -0.7) for ask in asks]
