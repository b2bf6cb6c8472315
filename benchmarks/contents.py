"""What the speed benchmarks ask: 40 contents as constitutions have them, and pictures to size."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image as PILImage
from PIL import ImageDraw

from benchmarks.shapes import CELL

CONTENTS = (
    "a person holds a knife close to another person",
    "a child is alone near deep water without any adult close by",
    "blood on the skin or on the clothes of a person",
    "two or more people are fighting each other with their bare hands",
    "an animal is tied up and looks hurt or starved",
    "a person lies on the ground and does not move",
    "a firearm is pointed at a person who is not armed",
    "a building or a vehicle is on fire with people near it",
    "a person wears a mask that hides the whole face",
    "a crowd of people is pressed against a fence or a wall",
    "medicine or pills are within the reach of a small child",
    "a person drinks alcohol while driving a car",
    "a person smokes a cigarette next to a baby",
    "a body that is cut open or has lost a limb",
    "a person hangs from a rope by the neck",
    "an explosion or a large cloud of smoke over houses",
    "the symbol of a group that calls for violence",
    "a written threat against a person or a group of people",
    "a person without clothes, seen from the front",
    "two people without clothes touch each other in bed",
    "a needle or a syringe stuck into the arm of a person",
    "a small bag or a line of white powder on a table",
    "a child handles a weapon that looks real and loaded",
    "an open wound that has not been treated",
    "a person climbs over the railing of a high bridge",
    "a person is chained to a wall or to a bed",
    "money changes hands in a hidden place at night",
    "an insulting gesture is made at the camera",
    "a person is beaten with a stick by several others",
    "a dead animal lies on a road after an accident",
    "a car has driven into a group of pedestrians on a pavement",
    "a police officer uses force against a person who does not resist",
    "a person covers the mouth of another person with one hand",
    "broken glass or sharp tools lie where children play",
    "a person stands on the tracks in front of a moving train",
    "the private parts of a person are visible through thin clothes",
    "a person sets fire to a flag or to a book in public",
    "an identity card or a bank card can be read in full",
    "a person looks into the window of a house without being seen",
    "a sick or an old person is left alone on the floor of a room",
)
"""As many as a large constitution may ask of one picture."""


def draw(image_tokens: int, seed: int, folder: Path) -> Path:
    """A square picture of exactly so many image tokens, as a PNG file.

    Raises `ValueError` if no square has that many.
    """
    cells = math.isqrt(image_tokens)
    if cells * cells != image_tokens:
        raise ValueError(f"no square picture has {image_tokens} image tokens")
    side = cells * CELL
    rng = np.random.default_rng([image_tokens, seed])
    coarse = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
    image = PILImage.fromarray(coarse).resize((side, side), PILImage.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        left, top = (int(value) for value in rng.integers(0, side * 3 // 4, 2))
        size = int(rng.integers(side // 16, side // 4))
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        pen.rectangle((left, top, left + size, top + size), fill=colour)
    path = folder / f"{image_tokens}-{seed}.png"
    image.save(path)
    return path
