"""The one canonical picture that models see, and boxes in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageFilter

from cluejudge.settings import RegionFill

Pixels = NDArray[np.uint8]

_STRIP = 2**18  # pixels


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A box in pixels: left and top inclusive, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right and 0 <= self.top < self.bottom):
            raise ValueError(f"not a box: {self}")

    @property
    def area(self) -> int:
        """Area in pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class Picture:
    """An RGB picture, uint8 [height, width, 3], read-only. Equal pictures have equal digests."""

    pixels: Pixels

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        if len(shape) != 3 or shape[2] != 3 or dtype != np.uint8 or 0 in shape:
            raise ValueError(f"a picture is uint8 [height, width, 3], not {dtype} {shape}")
        pixels = np.ascontiguousarray(self.pixels)
        if pixels is self.pixels and pixels.flags.writeable:
            pixels = pixels.copy()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @staticmethod
    def of(image: PILImage.Image) -> Picture:
        """What a Pillow image of mode RGB shows; raises `ValueError` for another mode.

        Its pixels are taken in strips: all at once, Pillow would hold them twice on the way, and
        fresh memory costs more time than the copying.
        """
        if image.mode != "RGB":
            raise ValueError(f"a picture is made of an image of mode RGB, not {image.mode}")
        pixels = np.empty((image.height, image.width, 3), np.uint8)
        rows = max(1, _STRIP // image.width)
        for top in range(0, image.height, rows):
            bottom = min(top + rows, image.height)
            pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
        return _kept(pixels)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def area(self) -> int:
        """Area in pixels."""
        return self.width * self.height

    @cached_property
    def digest(self) -> str:
        """sha256 over shape and pixels, hex: the key under which views are deduplicated."""
        digest = hashlib.sha256(f"{self.height}x{self.width}:".encode())
        digest.update(self.pixels.data)
        return digest.hexdigest()

    @cached_property
    def _mean(self) -> Pixels:
        """The mean colour, uint8 [3]; first down the columns, which numpy does ten times faster."""
        columns = self.pixels.sum(axis=0, dtype=np.uint64)
        mean: Pixels = np.rint(columns.sum(axis=0) / self.area).astype(np.uint8)
        return mean

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Callable[..., Picture], tuple[Pixels, str | None]]:
        """Pickles through the constructor, for an array that is unpickled is writeable.

        A digest that is known goes along: in another process it need not be computed again.
        """
        return _unpickled, (self.pixels, self.__dict__.get("digest"))

    def pil(self) -> PILImage.Image:
        """A Pillow copy, mode RGB."""
        return PILImage.fromarray(self.pixels)

    def crop(self, box: Box) -> Picture:
        """The part inside `box`, which must lie within the picture."""
        self._check(box)
        return Picture(self.pixels[box.top : box.bottom, box.left : box.right])

    def without(self, box: Box, fill: RegionFill = RegionFill.MEAN) -> Picture:
        """The picture with the inside of `box` removed (x - i of the paper, section 3.4)."""
        self._check(box)
        pixels = self.pixels.copy()
        region = np.s_[box.top : box.bottom, box.left : box.right]
        if fill is RegionFill.MEAN:
            pixels[region] = self._mean
        elif fill is RegionFill.GREY:
            pixels[region] = 128
        else:
            radius = max(box.right - box.left, box.bottom - box.top) / 2
            inside = self.pil().crop((box.left, box.top, box.right, box.bottom))
            pixels[region] = np.asarray(inside.filter(ImageFilter.GaussianBlur(radius)))
        return _kept(pixels)

    def _check(self, box: Box) -> None:
        if box.right > self.width or box.bottom > self.height:
            raise ValueError(f"{box} is outside a picture of {self.width} x {self.height}")


def _unpickled(pixels: Pixels, digest: str | None) -> Picture:
    picture = Picture(pixels)
    if digest is not None:
        picture.__dict__["digest"] = digest  # where `cached_property` keeps it
    return picture


def _kept(pixels: Pixels) -> Picture:
    """A picture of an array that nobody else holds, which need not be copied."""
    pixels.flags.writeable = False
    return Picture(pixels)
