"""Pack the PNG files rendered by render.mjs into one atlas per style.

Reads ``build/manifest.json``; writes ``<style>.webp`` and ``index.json`` into
``src/cluejudge/scenes/sprites``. Needs Pillow and NumPy.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
from PIL import Image, ImageDraw

TILE = 128
COLUMNS = 16
# Alpha up to this value counts as empty when an icon is cropped.
EMPTY_ALPHA = 8
# Pillow's HSV hue (0-255) of each colour an icon can be recoloured to.
HUES = {"red": 252}
RECOLOUR_SATURATION = 1.3
RECOLOUR_VALUE = 0.85
# The cloth of each colour that something can be wrapped in, and its folds.
BLANKETS = {
    "blue": ((150, 200, 240), (95, 150, 205)),
    "pink": ((245, 175, 195), (205, 120, 150)),
    "white": ((244, 244, 240), (185, 185, 180)),
    "yellow": ((250, 220, 120), (205, 170, 70)),
}

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
OUTPUT = HERE.parents[1] / "src" / "cluejudge" / "scenes" / "sprites"


class Rendered(TypedDict):
    """One rendered icon in the manifest."""

    file: str
    icon: str
    recolour: NotRequired[str | None]
    blanket: NotRequired[str | None]
    lowest: NotRequired[int | None]


Manifest = dict[str, dict[str, list[Rendered]]]


def crop_to_alpha(image: Image.Image) -> Image.Image:
    """Crop an RGBA image to the box of its visible pixels."""
    mask = image.getchannel("A").point([0] * (EMPTY_ALPHA + 1) + [255] * (255 - EMPTY_ALPHA))
    box = mask.getbbox()
    if box is None:
        raise ValueError("the image is blank")
    return image.crop(box)


def fit_to_tile(image: Image.Image, tile: int) -> Image.Image:
    """Scale an RGBA image to a square tile, keeping its aspect, centred."""
    scale = tile / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Premultiplied alpha keeps hidden colours from bleeding into the edges.
    scaled = image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    result = Image.new("RGBA", (tile, tile))
    result.paste(scaled, ((tile - size[0]) // 2, (tile - size[1]) // 2))
    return result


def recolour(image: Image.Image, colour: str) -> Image.Image:
    """Give every pixel the hue of ``colour``, a little deeper than before."""
    alpha = image.getchannel("A")
    hsv = np.asarray(image.convert("RGB").convert("HSV")).astype(np.float32)
    hsv[..., 0] = HUES[colour]
    hsv[..., 1] *= RECOLOUR_SATURATION
    hsv[..., 2] *= RECOLOUR_VALUE
    shifted = Image.fromarray(hsv.clip(0, 255).astype(np.uint8), "HSV").convert("RGB")
    shifted.putalpha(alpha)
    return shifted


def wrap(image: Image.Image, colour: str) -> Image.Image:
    """Put a face into a blanket: a hood behind it, and a bundle from the chin down."""
    cloth, fold = BLANKETS[colour]
    wide, high = image.size
    line = max(2, wide // 28)
    rim = wide // 10
    canvas = Image.new("RGBA", (wide + 2 * rim, round(high * 1.7)))
    drawing = ImageDraw.Draw(canvas)
    hood = (0, 0, canvas.width - 1, high + 2 * rim)
    drawing.ellipse(hood, fill=(*cloth, 255), outline=(*fold, 255), width=line)
    canvas.alpha_composite(image, (rim, rim))
    top, low = round(high * 0.88) + rim, canvas.height - 1
    drawing.rounded_rectangle(
        (0, top, canvas.width - 1, low),
        radius=wide // 4,
        fill=(*cloth, 255),
        outline=(*fold, 255),
        width=line,
    )
    fold_line = ((rim, top), (round(canvas.width * 0.7), low))
    drawing.line(fold_line, fill=(*fold, 255), width=line)
    return canvas


def make_tile(icon: Rendered, build: Path, tile: int) -> Image.Image:
    """Make the tile of one rendered icon."""
    image = crop_to_alpha(Image.open(build / icon["file"]).convert("RGBA"))
    if lowest := icon.get("lowest"):
        top = round(image.height * (1 - lowest / 100))
        image = crop_to_alpha(image.crop((0, top, image.width, image.height)))
    if blanket := icon.get("blanket"):
        image = wrap(image, blanket)
    result = fit_to_tile(image, tile)
    colour = icon.get("recolour")
    return recolour(result, colour) if colour else result


def make_atlas(tiles: list[Image.Image], tile: int) -> Image.Image:
    """Lay tiles out row by row in one RGBA image."""
    rows = -(-len(tiles) // COLUMNS)
    atlas = Image.new("RGBA", (COLUMNS * tile, rows * tile))
    for number, image in enumerate(tiles):
        row, column = divmod(number, COLUMNS)
        atlas.paste(image, (column * tile, row * tile))
    return atlas


def pack_style(
    concepts: dict[str, list[Rendered]], build: Path, tile: int
) -> tuple[Image.Image, dict[str, list[int]]]:
    """Make the atlas of one style and the tile numbers of each concept.

    Icons that look exactly alike within a concept are kept once; concepts
    without an icon are left out.
    """
    tiles: list[Image.Image] = []
    numbers: dict[str, list[int]] = {}
    for concept, icons in concepts.items():
        unique = {
            image.tobytes(): image for image in (make_tile(icon, build, tile) for icon in icons)
        }
        if unique:
            numbers[concept] = list(range(len(tiles), len(tiles) + len(unique)))
            tiles.extend(unique.values())
    return make_atlas(tiles, tile), numbers


def format_index(tile: int, styles: dict[str, dict[str, list[int]]]) -> str:
    """Format the index with one line per concept."""
    blocks = []
    for style, concepts in styles.items():
        lines = [
            f"      {json.dumps(name)}: {json.dumps(tiles)}" for name, tiles in concepts.items()
        ]
        blocks.append(f"    {json.dumps(style)}: {{\n" + ",\n".join(lines) + "\n    }")
    body = ",\n".join(blocks)
    return f'{{\n  "tile": {tile},\n  "columns": {COLUMNS},\n  "styles": {{\n{body}\n  }}\n}}\n'


def pack(build: Path, output: Path, tile: int) -> None:
    """Write the atlas of every style and the index."""
    manifest: Manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    output.mkdir(parents=True, exist_ok=True)
    index: dict[str, dict[str, list[int]]] = {}
    for style, concepts in manifest.items():
        atlas, index[style] = pack_style(concepts, build, tile)
        path = output / f"{style}.webp"
        atlas.save(path, lossless=True, quality=100, method=6)
        count = sum(len(numbers) for numbers in index[style].values())
        print(f"{style}: {count} tiles, {path.stat().st_size} bytes")
    (output / "index.json").write_text(format_index(tile, index), encoding="utf-8")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=BUILD, help="folder written by render.mjs")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the atlases")
    parser.add_argument("--tile", type=int, default=TILE, help="tile size in pixels")
    args = parser.parse_args()
    pack(args.build, args.output, args.tile)
    return 0


if __name__ == "__main__":
    sys.exit(main())
