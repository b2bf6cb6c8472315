"""Paint a scene, and say where each thing is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image as PILImage

from cluejudge.scenes.backgrounds import draw_background
from cluejudge.scenes.spec import Scene, Sprite
from cluejudge.scenes.sprites import Sprites

PixelBox = tuple[int, int, int, int]
VISIBLE_ALPHA = 40


@dataclass(frozen=True, slots=True)
class Rendered:
    """An RGB image, and for each thing the box of its pixels (None if wholly outside)."""

    image: PILImage.Image
    boxes: tuple[PixelBox | None, ...]


def render(scene: Scene, side: int, sprites: Sprites) -> Rendered:
    """Paint `scene` as an RGB image of `side` x `side` pixels."""
    canvas = draw_background(scene.background, side)
    boxes: list[PixelBox | None] = [None] * len(scene.things)
    for sprite, stamp, left, top in stamps(scene, side, sprites):
        canvas.paste(stamp.convert("RGB"), (left, top), stamp.getchannel("A"))
        inner = stamp.getchannel("A").point(_MASK).getbbox()
        if inner is not None:
            box = _clip(inner, left, top, side)
            boxes[sprite.thing] = _join(boxes[sprite.thing], box)
    return Rendered(canvas, tuple(boxes))


def stamps(
    scene: Scene, side: int, sprites: Sprites
) -> Iterator[tuple[Sprite, PILImage.Image, int, int]]:
    """Each sprite of `scene` with its RGBA stamp and the pixel of the stamp's left top corner."""
    for sprite in scene.sprites:
        stamp = _stamp(sprite, side, sprites)
        left = round(sprite.x * side - stamp.width / 2)
        top = round(sprite.y * side - stamp.height / 2)
        yield sprite, stamp, left, top


_MASK = [255 if level > VISIBLE_ALPHA else 0 for level in range(256)]


def _stamp(sprite: Sprite, side: int, sprites: Sprites) -> PILImage.Image:
    pixels = max(3, round(sprite.size * side))
    tile = sprites.tile(sprite.style, sprite.tile)
    small = tile.resize((pixels, pixels), PILImage.Resampling.BILINEAR).convert("RGBA")
    if sprite.flip:
        small = small.transpose(PILImage.Transpose.FLIP_LEFT_RIGHT)
    return small.rotate(sprite.angle, PILImage.Resampling.BILINEAR, expand=True)


def _clip(inner: PixelBox, left: int, top: int, side: int) -> PixelBox | None:
    x0, x1 = (min(max(x + left, 0), side) for x in inner[::2])
    y0, y1 = (min(max(y + top, 0), side) for y in inner[1::2])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _join(one: PixelBox | None, other: PixelBox | None) -> PixelBox | None:
    if one is None or other is None:
        return one or other
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
