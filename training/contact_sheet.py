"""Draw the contact sheet of the documentation: a violating and a borderline scene of every rule.

python -m training.contact_sheet [FILE]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from cluejudge.scenes.compose import FOR_A_RULE, Intent
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.rules import RULES

FILE = Path(__file__).parents[1] / "docs" / "images" / "scenes.webp"
SIDE, GAP, TEXT = 160, 8, 18
COLUMNS = 7
SEED = 8
COLOURS = {Intent.VIOLATING: (190, 30, 30), Intent.BORDERLINE: (20, 120, 50)}


def sheet(seed: int) -> PILImage.Image:
    """Two scenes a rule, one above the other, with the rule's id above them."""
    height = TEXT + 2 * (SIDE + GAP)
    rows = -(-len(RULES) // COLUMNS)
    size = COLUMNS * (SIDE + GAP) + GAP, rows * (height + GAP) + GAP
    canvas = PILImage.new("RGB", size, "white")
    for number, rule in enumerate(RULES):
        row, column = divmod(number, COLUMNS)
        place = GAP + column * (SIDE + GAP), GAP + row * (height + GAP)
        canvas.paste(pair(rule, seed), place)
    return canvas


def pair(rule: str, seed: int) -> PILImage.Image:
    """A violating scene in a red frame, and below it a borderline one in a green frame."""
    canvas = PILImage.new("RGB", (SIDE, TEXT + 2 * SIDE + GAP), "white")
    drawing = ImageDraw.Draw(canvas)
    drawing.text((1, 0), rule, fill="black", font=ImageFont.load_default(13))
    for number, intent in enumerate(FOR_A_RULE):
        scenes = make_scenes(1, seed, split="val", rule=rule, kind=intent, side=SIDE)
        top = TEXT + number * (SIDE + GAP)
        canvas.paste(next(scenes)[0], (0, top))
        drawing.rectangle((0, top, SIDE - 1, top + SIDE - 1), outline=COLOURS[intent], width=2)
    return canvas


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=FILE)
    path: Path = parser.parse_args().file
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(SEED).save(path, quality=82, method=6)
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
