"""A picture as a small data URL."""

from __future__ import annotations

import base64
import io

from PIL import Image as PILImage

from cluejudge.image import Picture

MAX_SIDE = 512
QUALITY = 82


def data_url(picture: Picture, max_side: int = MAX_SIDE) -> str:
    """`picture` as a WebP data URL, its longer side at most `max_side` pixels, never enlarged."""
    image = picture.pil()
    image.thumbnail((max_side, max_side), PILImage.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
