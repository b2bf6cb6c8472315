"""Whether a picture's dimensions are allowed: asked before any pixel is decoded."""

from __future__ import annotations

from cluejudge.image.refusals import Code, refuse
from cluejudge.settings import Limits


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raise `ImageError` unless a picture of `width` x `height` pixels is within `limits`."""
    size = f"{width} x {height} pixels"
    short, long = sorted((width, height))
    if short < limits.min_side:
        raise refuse(Code.TOO_SMALL, f"{size}: no side may be under {limits.min_side}")
    if long > limits.max_side:
        raise refuse(Code.SIDE_TOO_LONG, f"{size}: no side may be over {limits.max_side}")
    if width * height > limits.max_pixels:
        raise refuse(Code.TOO_MANY_PIXELS, f"{size}: at most {limits.max_pixels} are allowed")
    if long > short * limits.max_aspect:
        raise refuse(
            Code.ABSURD_ASPECT, f"{size}: one side is over {limits.max_aspect:g} times the other"
        )


def check_frames(frames: int, limits: Limits) -> None:
    """Raise `ImageError` with code `too_many_frames` where a file holds too many."""
    if frames > limits.max_total_frames:
        raise refuse(
            Code.TOO_MANY_FRAMES,
            f"{frames} frames or more: at most {limits.max_total_frames} are allowed",
        )
