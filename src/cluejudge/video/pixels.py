"""From PyAV's frames to pictures as a person sees them."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
from PIL import Image as PILImage
from PIL.Image import Transpose

from cluejudge.image.frames import Glimpse
from cluejudge.image.sizes import check_size
from cluejudge.settings import Limits
from cluejudge.video.demuxing import load_av

_SIDE = 32  # of a glimpse
_MOST_PIXELS = 1920 * 1080  # of a judged frame: no model sees more, and 32 of them need memory
_STRETCH = 4.0  # pixels longer than this are taken for a mistake
_HIGH_DEFINITION = 720  # lines from which colours are BT.709 where the file does not tell
_UNSPECIFIED = 2  # of FFmpeg's colour spaces

# Where a display matrix takes the axes (a, b, c, d of ISO/IEC 14496-12, 6.2.2), and what does that.
_TURNS = {
    (1, 0, 0, 1): None,
    (0, 1, -1, 0): Transpose.ROTATE_270,
    (-1, 0, 0, -1): Transpose.ROTATE_180,
    (0, -1, 1, 0): Transpose.ROTATE_90,
    (-1, 0, 0, 1): Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Transpose.TRANSPOSE,
    (0, -1, -1, 0): Transpose.TRANSVERSE,
}


class Renderer:
    """Makes pictures of frames; what that took is in `notes`, without doubles."""

    def __init__(self, limits: Limits) -> None:
        av = load_av()
        self._limits = limits
        self._scaler = av.video.reformatter.VideoReformatter()
        self._thumbs = av.video.reformatter.VideoReformatter()
        how = av.video.reformatter.Interpolation
        self._area = how.AREA | how.ACCURATE_RND | how.BITEXACT  # the same on every processor
        self._hd = av.video.reformatter.Colorspace.ITU709
        self.notes: dict[str, None] = {}

    def glimpse(self, frame: Any) -> Glimpse:
        """A small copy of a frame, as `image.frames.glimpse` makes; it has no digest."""
        check_size(frame.width, frame.height, self._limits)
        pixels = self._rgb(self._thumbs, frame, _SIDE, _SIDE, "rgba")
        if _transparent(frame):
            alpha = pixels[..., 3:].astype(np.uint16)
            pixels[..., :3] = (pixels[..., :3] * alpha + 127) // 255
        return Glimpse(b"", pixels.reshape(-1))

    def picture(self, frame: Any, stretch: float) -> PILImage.Image:
        """A frame upright, in RGB, or RGBA where it can be transparent.

        `stretch` is how many times wider than high its pixels are. Frames of more pixels than a
        model can use are scaled down.
        """
        check_size(frame.width, frame.height, self._limits)
        width, height = self._size(frame, stretch)
        mode = "rgba" if _transparent(frame) else "rgb24"
        image = PILImage.fromarray(self._rgb(self._scaler, frame, width, height, mode))
        return self._upright(image, frame)

    def _rgb(self, scaler: Any, frame: Any, width: int, height: int, mode: str) -> Any:
        told = int(frame.colorspace)
        space = self._hd if told == _UNSPECIFIED and frame.height >= _HIGH_DEFINITION else None
        made = scaler.reformat(
            frame,
            width=width,
            height=height,
            format=mode,
            src_colorspace=space,
            interpolation=self._area,
            threads=1,
        )
        return np.ascontiguousarray(made.to_ndarray())

    def _size(self, frame: Any, stretch: float) -> tuple[int, int]:
        width, height = float(frame.width), float(frame.height)
        if 1 / _STRETCH <= stretch <= _STRETCH and stretch != 1:
            width *= stretch
            self.notes[f"pixels {stretch:.3g} times as wide as high: shown so"] = None
        if width * height > _MOST_PIXELS:
            scale = math.sqrt(_MOST_PIXELS / (width * height))
            self.notes[f"frames of {width:.0f} x {height:.0f} pixels scaled down"] = None
            width, height = width * scale, height * scale
        return max(1, round(width)), max(1, round(height))

    def _upright(self, image: PILImage.Image, frame: Any) -> PILImage.Image:
        axes = _axes(frame)
        if axes not in _TURNS:
            self.notes["a rotation that is not by a right angle was not applied"] = None
            return image
        turn = _TURNS[axes]
        if turn is None:
            return image
        self.notes[f"turned as the file says: {turn.name.lower().replace('_', ' ')}"] = None
        return image.transpose(turn)


def _transparent(frame: Any) -> bool:
    return any(part.is_alpha for part in frame.format.components)


def _axes(frame: Any) -> tuple[int, ...]:
    """The signs of a, b, c and d of the display matrix; those of no turn where there is none."""
    try:
        matrix = bytes(frame.side_data.get("DISPLAYMATRIX") or b"")
    except ValueError:  # the frame has data of a kind that PyAV has no name for
        return {90: (0, -1, 1, 0), -90: (0, 1, -1, 0)}.get(frame.rotation, (1, 0, 0, 1))
    if len(matrix) < 36:
        return (1, 0, 0, 1)
    a, b, _, c, d = struct.unpack("=5i", matrix[:20])
    largest = max(abs(a), abs(b), abs(c), abs(d), 1)
    return tuple(round(value / largest) for value in (a, b, c, d))
