"""Training scenes with their dense labels, written as shards by a background process.

python -m training.data OUT --shards 40 --seed 1
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageFilter

from cluejudge.scenes.backgrounds import draw_background, random_background
from cluejudge.scenes.check import compose_checked
from cluejudge.scenes.compose import Intent, dress
from cluejudge.scenes.facts import Thing
from cluejudge.scenes.layout import build_cluster
from cluejudge.scenes.plan import free, pick
from cluejudge.scenes.render import VISIBLE_ALPHA, stamps
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.spec import Recipe, Scene, Sprite
from cluejudge.scenes.sprites import Sprites, default_sprites
from cluejudge.scenes.world import CONCEPTS, TRAINED_STYLES
from training.labels import CELLS, LABELS, REMOVED, Cells, cells_of
from training.look import Look
from training.unknown import unknown_picture

SIDE = 128
PixelBox = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One training image, uint8 [128, 128, 3], with its things, cells and whether it is known."""

    image: NDArray[np.uint8]
    things: tuple[Thing, ...]
    centres: tuple[tuple[float, float], ...]
    cells: Cells
    known: bool


@dataclass(frozen=True, slots=True)
class Shard:
    """Many samples as arrays, in one order."""

    images: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    boxes: NDArray[np.float16]
    known: NDArray[np.bool_]
    things: tuple[tuple[Thing, ...], ...]
    centres: tuple[tuple[tuple[float, float], ...], ...]


def make_sample(
    rng: np.random.Generator,
    sprites: Sprites,
    styles: Sequence[str] = TRAINED_STYLES,
    *,
    augment: bool = True,
) -> Sample:
    """One sample of the training mixture: scenes by rule, free, mosaics, and unknown pictures."""
    kind = str(rng.choice(["rule", "free", "mosaic", "unknown"], p=[0.45, 0.27, 0.21, 0.07]))
    if kind == "unknown":
        return _unknown(rng)
    if kind == "mosaic":
        scene = _mosaic(rng, sprites, styles)
    elif kind == "free":
        scene = compose_checked(Intent.FREE, rng, sprites, styles)
    else:
        rule = RULES[pick(rng, tuple(RULES))]
        intent = Intent.VIOLATING if rng.random() < 0.5 else Intent.BORDERLINE
        scene = compose_checked(intent, rng, sprites, styles, rule)
    return paint(scene, rng, sprites, augment=augment)


def paint(scene: Scene, rng: np.random.Generator, sprites: Sprites, *, augment: bool) -> Sample:
    """Render a scene with its masks; `augment` varies drawing style and paints things over."""
    canvas = draw_background(scene.background, SIDE)
    look = Look.random(rng) if augment else Look()
    masks: list[PILImage.Image | None] = [None] * len(scene.things)
    for sprite, stamp, left, top in stamps(scene, SIDE, sprites):
        drawn = look.apply(stamp)
        canvas.paste(drawn.convert("RGB"), (left, top), drawn.getchannel("A"))
        mask = masks[sprite.thing] or PILImage.new("L", (SIDE, SIDE))
        alpha = stamp.getchannel("A")
        mask.paste(alpha, (left, top), alpha)
        masks[sprite.thing] = mask
    boxes = [_box(mask) for mask in masks]
    things = scene.things
    if augment and rng.random() < 0.2:
        canvas, things = _paint_over(canvas, things, boxes, masks, rng)
    return Sample(
        np.asarray(canvas),
        things,
        tuple(_centre(box) for box in boxes),
        cells_of(things, masks, boxes),
        True,
    )


def _box(mask: PILImage.Image | None) -> PixelBox | None:
    if mask is None:
        return None
    return mask.point([255 if level > VISIBLE_ALPHA else 0 for level in range(256)]).getbbox()


def _centre(box: PixelBox | None) -> tuple[float, float]:
    if box is None:
        return 0.5, 0.5
    return (box[0] + box[2]) / 2 / SIDE, (box[1] + box[3]) / 2 / SIDE


def _paint_over(
    canvas: PILImage.Image,
    things: tuple[Thing, ...],
    boxes: Sequence[PixelBox | None],
    masks: Sequence[PILImage.Image | None],
    rng: np.random.Generator,
) -> tuple[PILImage.Image, tuple[Thing, ...]]:
    """Fill one thing's box, as the centre-removed test does; what is covered is gone."""
    target = boxes[int(rng.integers(len(boxes)))]
    if target is None:
        return canvas, things
    covered = [_covered(mask, target) for mask in masks]
    if any(0.2 < share < 0.6 for share in covered):
        return canvas, things
    filled = canvas.copy()
    region = canvas.crop(target)
    fill = rng.integers(3)
    if fill == 0:
        mean = np.asarray(canvas).reshape(-1, 3).mean(axis=0)
        filled.paste(tuple(int(v) for v in mean), target)
    elif fill == 1:
        filled.paste((128, 128, 128), target)
    else:
        filled.paste(region.filter(ImageFilter.GaussianBlur(max(region.size) / 2)), target)
    left = tuple(
        Thing(REMOVED) if share >= 0.6 else thing
        for thing, share in zip(things, covered, strict=True)
    )
    return filled, _consistent(left)


def _covered(mask: PILImage.Image | None, box: PixelBox) -> float:
    if mask is None:
        return 1.0
    pixels = np.asarray(mask, np.float32)
    return float(pixels[box[1] : box[3], box[0] : box[2]].sum() / max(1.0, float(pixels.sum())))


def _consistent(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """States whose sign was painted over are unknown: drop the state with its sign."""
    shown = {thing.concept for thing in things}
    gone = {
        state
        for state, sign in (("on_fire", "fire"), ("bleeding", "blood"), ("in_bed", "bed"))
        if sign not in shown
    }
    return tuple(replace(thing, states=thing.states - gone) for thing in things)


def _mosaic(rng: np.random.Generator, sprites: Sprites, styles: Sequence[str]) -> Scene:
    """One to nine large objects on a grid, all concepts alike: the curriculum's easy scenes."""
    side = int(rng.choice([1, 2, 3], p=[0.15, 0.45, 0.4]))
    placed: list[Sprite] = []
    things: list[Thing] = []
    names = tuple(CONCEPTS)
    for cell in range(side * side):
        if side > 1 and rng.random() < 0.12:
            continue
        held = free(rng)[0] if rng.random() < 0.3 else Recipe(pick(rng, names))
        cluster = build_cluster(held, rng)
        left, top, right, bottom = cluster.box
        scale = float(rng.uniform(0.75, 1.0)) / side / max(right - left, bottom - top)
        x = (cell % side + 0.5) / side - (left + right) / 2 * scale
        y = (cell // side + 0.5) / side - (top + bottom) / 2 * scale
        base = len(things)
        placed += [
            replace(
                s, x=s.x * scale + x, y=s.y * scale + y, size=s.size * scale, thing=s.thing + base
            )
            for s in cluster.sprites
        ]
        things += [
            replace(t, touches=frozenset(i + base for i in t.touches)) for t in cluster.things
        ]
    if not things:
        return _mosaic(rng, sprites, styles)
    return dress(Scene(random_background(rng), tuple(placed), tuple(things)), rng, sprites, styles)


def _unknown(rng: np.random.Generator) -> Sample:
    empty = Cells(np.zeros((CELLS, len(LABELS)), np.bool_), np.full((CELLS, 4), np.nan, np.float16))
    return Sample(unknown_picture(rng), (), (), empty, False)


def make_shard(
    count: int, seed: int, styles: Sequence[str] = TRAINED_STYLES, *, augment: bool = True
) -> Shard:
    """`count` samples from one seed."""
    rng = np.random.default_rng(seed)
    sprites = default_sprites()
    samples = [make_sample(rng, sprites, styles, augment=augment) for _ in range(count)]
    return Shard(
        np.stack([s.image for s in samples]),
        np.stack([s.cells.labels for s in samples]),
        np.stack([s.cells.boxes for s in samples]),
        np.array([s.known for s in samples]),
        tuple(s.things for s in samples),
        tuple(s.centres for s in samples),
    )


def save_shard(shard: Shard, path: Path) -> None:
    """Write under a temporary name, then rename: what exists is whole."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        # As plain fields: the class has another name where this module is run as a program.
        pickle.dump({f.name: getattr(shard, f.name) for f in fields(shard)}, file, protocol=5)
    part.rename(path)


def load_shard(path: Path) -> Shard:
    """A shard that this project's own trainer wrote."""
    with path.open("rb") as file:
        return Shard(**pickle.load(file))


def main() -> None:
    """Write shards until there are enough; shards that exist are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.first, args.first + args.shards):
        path = args.out / f"shard-{number:04d}.pkl"
        if not path.exists():
            save_shard(make_shard(args.count, args.seed * 1_000_003 + number), path)
            print(path.name, flush=True)


if __name__ == "__main__":
    main()
