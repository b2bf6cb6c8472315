"""Image processors that cut the middle square out of a picture see all of it instead.

A violation at the edge of a wide picture must not be lost before the model sees it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image as PILImage
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil

from cluejudge.errors import ModelError

_CUTTERS = ("CLIPImageProcessor", "LlavaImageProcessor")
"""Processors that resize by the shorter edge, then cut; with or without an ending."""

_SETTINGS = (
    "size",
    "crop_size",
    "resample",
    "do_rescale",
    "rescale_factor",
    "do_normalize",
    "image_mean",
    "image_std",
)
_LONG, _SHORT = 192, 64


def padded(images: Any, name: str) -> Any:
    """A processor like `images` that fills a picture up to a square, as LLaVA 1.5 was trained.

    One that does not cut stays as it is. Raises `ModelError` for one that cuts in a way of its own,
    for model `name`.
    """
    if type(images).__name__.startswith(_CUTTERS) and cuts(images):
        images = LlavaImageProcessorPil(
            **{setting: getattr(images, setting) for setting in _SETTINGS}, do_pad=True
        )
    refuse_cuts(images, name)
    return images


def refuse_cuts(images: Any, name: str) -> None:
    """`ModelError` for an image processor that shows model `name` the middle of a picture only."""
    if cuts(images):
        raise ModelError(
            f"the image processor of {name} cuts the middle out of a picture, so that its ends "
            "would not be seen",
            hint="get all files of the model, if this one was made for another; or use another",
        )


def squeeze(images: Any) -> None:
    """Have a processor that cuts squeeze pictures into its square, as SigLIP's do."""
    if getattr(images, "do_center_crop", False):
        crop = images.crop_size
        images.size = type(images.size)(height=crop["height"], width=crop["width"])
        images.do_center_crop = False


def cuts(images: Any) -> bool:
    """Whether what is at the ends of a long picture makes no difference to the model."""
    return any(_blind_to_ends(images, turned) for turned in (False, True))


def _blind_to_ends(images: Any, turned: bool) -> bool:
    plain = np.zeros((_SHORT, _LONG, 3), np.uint8)
    ended = plain.copy()
    ended[:, : _SHORT // 2] = ended[:, -_SHORT // 2 :] = 255
    try:
        first, second = (
            np.asarray(images(images=[_picture(one, turned)], return_tensors="np")["pixel_values"])
            for one in (plain, ended)
        )
    except Exception:  # one that fails at any picture is told of when the model is first asked
        return False
    return bool(np.array_equal(first, second))


def _picture(pixels: np.ndarray[Any, Any], turned: bool) -> PILImage.Image:
    return PILImage.fromarray(pixels.transpose(1, 0, 2).copy() if turned else pixels)
