"""Colour profiles: 8-bit pictures of any colour space to sRGB."""

from __future__ import annotations

import io
from functools import cache, lru_cache

from PIL import Image as PILImage
from PIL import ImageCms

from cluejudge.image.modes import EightBit, converted

_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def to_srgb(image: PILImage.Image, profile: object = None) -> EightBit:
    """`image` (as from `eight_bit`) in sRGB and notes on what that took.

    The mode is RGBA where something is transparent, else RGB; what is RGB without a profile comes
    back as it is. A profile that is broken or of another colour space is ignored, as browsers do.
    CMYK without a profile is converted by the plain formula; LAB needs no profile.
    """
    base, alpha = _split(image)
    rgb, notes = _managed(base, profile if isinstance(profile, bytes) else b"")
    if alpha is not None and alpha.getextrema() != (255, 255):
        rgb.putalpha(alpha)
    return rgb, notes


def _split(image: PILImage.Image) -> tuple[PILImage.Image, PILImage.Image | None]:
    if image.mode in {"LA", "RGBA"}:
        return image.convert(image.mode[:-1]), image.getchannel("A")
    return image, None


def _managed(base: PILImage.Image, profile: bytes) -> EightBit:
    if base.mode == "LAB":
        return _lab().apply(base), ("converted from LAB",)
    source = ("converted from CMYK",) if base.mode == "CMYK" else ()
    if not profile:
        return converted(base, "RGB"), source
    try:
        transform, name = _transform(profile, base.mode)
        rgb = transform.apply(base)
    except _PROFILE_ERRORS:
        return converted(base, "RGB"), (*source, "a broken or unfit colour profile was ignored")
    return rgb, (*source, f"colour profile {name!r} converted to sRGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> tuple[ImageCms.ImageCmsTransform, str]:
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(
        opened,
        _srgb(),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    # The name is the file's word: kept short and printable, for it ends up in logs and reports.
    name = ImageCms.getProfileDescription(opened)
    return transform, "".join(c if c.isprintable() else " " for c in name).strip()[:60]


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _lab() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), _srgb(), "LAB", "RGB")
