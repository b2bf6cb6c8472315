"""Pictures without any pictogram: what the models must say that they do not know.

Photographs are few (the backgrounds), so most of these are made: coloured noise with the spectrum
of photographs, and dead leaves, shapes of all sizes that cover each other, filled with anything.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageDraw, ImageEnhance, ImageFilter, ImageOps

from cluejudge.scenes.backgrounds import draw_background, random_background
from cluejudge.scenes.spec import Background

SIDE = 128


def unknown_picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """One picture, uint8 [128, 128, 3]."""
    makers: tuple[tuple[float, Callable[[np.random.Generator], PILImage.Image]], ...] = (
        (0.18, photo),
        (0.14, noise),
        (0.14, blobs),
        (0.28, leaves),
        (0.12, discs),
        (0.06, page),
        (0.08, lambda r: draw_background(random_background(r), SIDE)),
    )
    maker = makers[int(rng.choice(len(makers), p=[chance for chance, _ in makers]))][1]
    picture = maker(rng).convert("RGB")
    if rng.random() < 0.25:
        picture = ImageOps.grayscale(picture).convert("RGB")
    if rng.random() < 0.2:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 2))))
    return np.asarray(picture)


def unknown_pictures(count: int, seed: int) -> list[NDArray[np.uint8]]:
    """`count` pictures from one seed."""
    rng = np.random.default_rng(seed)
    return [unknown_picture(rng) for _ in range(count)]


def photo(rng: np.random.Generator) -> PILImage.Image:
    """A part of a photograph, turned, in other colours."""
    black = ((0, 0, 0), (0, 0, 0))
    whole = draw_background(Background("photo", black, int(rng.integers(2**31))), SIDE)
    turned = whole.rotate(float(rng.uniform(-180, 180)), PILImage.Resampling.BILINEAR)
    cut = turned.crop((18, 18, SIDE - 18, SIDE - 18)).resize((SIDE, SIDE))
    hues = np.asarray(cut.convert("HSV")).copy()
    hues[..., 0] = (hues[..., 0].astype(np.int32) + int(rng.integers(256))) % 256
    cut = PILImage.fromarray(hues, "HSV").convert("RGB")
    return ImageEnhance.Contrast(cut).enhance(float(rng.uniform(0.5, 1.6)))


def noise(rng: np.random.Generator) -> PILImage.Image:
    """Noise whose amplitude falls with frequency to a power of 0 to 2.2, in correlated colours."""
    falls = rng.uniform(0, 2.2)
    rows, columns = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    damp = 1 / np.maximum(np.hypot(rows, columns), 1 / SIDE) ** falls
    planes = np.stack(
        [np.fft.irfft2(np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) * damp) for _ in range(3)], -1
    )
    mixed = planes @ (rng.normal(size=(3, 3)) * 0.5 + rng.uniform(0, 1.5))
    spread = mixed.std() * rng.uniform(1.5, 3) + 1e-6
    return PILImage.fromarray((np.clip(mixed / spread, -1, 1) * 127.5 + 127.5).astype(np.uint8))


def blobs(rng: np.random.Generator) -> PILImage.Image:
    """Soft shapes cut out of smooth noise: object-like, unknown."""
    picture = draw_background(random_background(rng), SIDE)
    for _ in range(int(rng.integers(1, 9))):
        grain = int(rng.integers(3, 14))
        field = PILImage.fromarray(rng.integers(0, 256, (grain, grain), dtype=np.uint8))
        smooth = field.resize((SIDE, SIDE), PILImage.Resampling.BICUBIC)
        cut = int(rng.integers(130, 200))
        mask = smooth.point([255 if level > cut else 0 for level in range(256)])
        soft = mask.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 2))))
        picture.paste(_filling(rng), (0, 0), soft)
    return picture


def leaves(rng: np.random.Generator) -> PILImage.Image:
    """A few to many shapes, large and small, over each other, with fillings and shading."""
    picture = _filling(rng)
    count = int(np.exp(rng.uniform(np.log(2), np.log(120))))
    for _ in range(count):
        size = SIDE * float(np.clip(0.12 * rng.uniform(0.02, 1) ** -0.5, 0.1, 0.85))
        mask = PILImage.new("L", (SIDE, SIDE))
        ImageDraw.Draw(mask).polygon(_outline(rng, size), fill=255)
        if rng.random() < 0.4:
            mask = mask.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 4))))
        picture.paste(_shaded(_filling(rng), rng), (0, 0), mask)
    return picture


def discs(rng: np.random.Generator) -> PILImage.Image:
    """Shaded balls, rings and cells, one or many alike: round things are no pictograms either."""
    picture = _filling(rng)
    size = SIDE * float(np.exp(rng.uniform(np.log(0.1), np.log(1.0))))
    count = max(1, int(rng.uniform(0.2, 1.2) * (SIDE / size) ** 2))
    squeeze = float(rng.uniform(0.5, 1)) if rng.random() < 0.4 else 1.0
    body, ring = _filling(rng), rng.random() < 0.3
    for _ in range(min(count, 60)):
        own = size * float(rng.uniform(0.85, 1.15))
        mask = _disc(rng, own, own * squeeze, ring=bool(ring))
        picture.paste(_shaded(body if rng.random() < 0.7 else _filling(rng), rng), (0, 0), mask)
    return picture


def _disc(rng: np.random.Generator, width: float, height: float, *, ring: bool) -> PILImage.Image:
    x, y = rng.uniform(0, SIDE, 2) if width < SIDE * 0.7 else rng.normal(SIDE / 2, 8, 2)
    mask = PILImage.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((x - width / 2, y - height / 2, x + width / 2, y + height / 2), fill=255)
    if ring:
        inner = float(rng.uniform(0.3, 0.85)) / 2
        draw.ellipse((x - width * inner, y - height * inner, x + width * inner, y + height * inner))
    return mask.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.5))))


def _shaded(picture: PILImage.Image, rng: np.random.Generator) -> PILImage.Image:
    """Lit from one side: darker towards a random direction."""
    turn = rng.uniform(0, 2 * np.pi)
    axis = np.linspace(-0.5, 0.5, SIDE)
    slope = axis[None] * np.cos(turn) + axis[:, None] * np.sin(turn)
    light = np.clip(1 + slope * rng.uniform(0, 2), 0.1, 1.6)[..., None]
    return PILImage.fromarray(np.clip(np.asarray(picture) * light, 0, 255).astype(np.uint8))


def _outline(rng: np.random.Generator, size: float) -> list[tuple[float, float]]:
    """A star-shaped outline around a random place: round, wavy or angular."""
    points = int(rng.choice([3, 4, 5, 8, 24]))
    turn = np.sort(rng.uniform(0, 2 * np.pi, points)) if points < 24 else np.linspace(0, 6.28, 24)
    wave = rng.uniform(0, 0.4) * np.sin(turn * rng.integers(1, 6) + rng.uniform(0, 6))
    reach = size / 2 * (1 + wave)
    squeeze, tilt = rng.uniform(0.3, 1), rng.uniform(0, np.pi)
    x, y = reach * np.cos(turn), reach * np.sin(turn) * squeeze
    centre = rng.uniform(0, SIDE, 2)
    across = centre[0] + x * np.cos(tilt) - y * np.sin(tilt)
    down = centre[1] + x * np.sin(tilt) + y * np.cos(tilt)
    return list(zip(across.tolist(), down.tolist(), strict=True))


def _filling(rng: np.random.Generator) -> PILImage.Image:
    roll = rng.random()
    if roll < 0.3:
        return photo(rng)
    if roll < 0.45:
        return noise(rng)
    return draw_background(random_background(rng), SIDE)


def page(rng: np.random.Generator) -> PILImage.Image:
    """Lines of letter-like strokes on paper, or a diagram of thin lines."""
    paper = tuple(int(v) for v in rng.integers(170, 256, 3))
    ink = tuple(int(v) for v in rng.integers(0, 110, 3))
    picture = PILImage.new("RGB", (SIDE, SIDE), paper)
    draw = ImageDraw.Draw(picture)
    height = int(rng.integers(4, 18))
    for top in range(int(rng.integers(2, 12)), SIDE - height, int(height * rng.uniform(1.2, 2))):
        x = float(rng.integers(2, 30))
        while x < SIDE - 8:
            wide = height * rng.uniform(0.3, 0.8)
            for _ in range(int(rng.integers(1, 4))):
                ends = rng.uniform(
                    (x, top, x, top), (x + wide, top + height, x + wide, top + height)
                )
                draw.line(ends.tolist(), fill=ink, width=max(1, height // 7))
            x += wide * (1.2 if rng.random() < 0.85 else 2.5)
    return picture.rotate(float(rng.normal(0, 4)), PILImage.Resampling.BILINEAR, fillcolor=paper)
