"""What is kept of an input once its pixels are gone."""

from __future__ import annotations

from pydantic import Field

from cluejudge.settings import Frozen


class ImageRecord(Frozen):
    """Facts about one input: no pixels, no file name."""

    sha256: str = Field(description="of the bytes as they came, 64 hex digits")
    phash: str = Field(description="64-bit perceptual hash of the first view, 16 hex digits")
    format: str = Field(description="found by content: JPEG, MPO, PNG, APNG, GIF, WEBP, ...")
    bytes: int
    width: int = Field(description="of the first view, upright, in pixels")
    height: int
    frames: int = Field(default=1, description="frames or pages that the input holds")
    notes: tuple[str, ...] = Field(default=(), description="what decoding had to do")
