"""EXIF orientation (CIPA DC-008, tag 0x0112): how a stored picture is turned to be upright."""

from __future__ import annotations

from PIL import Image as PILImage
from PIL.Image import Transpose

TAG = 0x0112

_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def upright(image: PILImage.Image, orientation: object) -> PILImage.Image:
    """`image` turned as `orientation` says; 1 and anything that is no orientation leave it."""
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def note(orientation: object) -> tuple[str, ...]:
    """What is noted of an orientation."""
    if isinstance(orientation, int) and orientation in _TURNS:
        return (f"EXIF orientation {orientation} applied",)
    return ()
