"""Kept images as the judge saw them: upright, frame by frame, in one harmless format."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from PIL import Image as PILImage

from cluejudge.errors import ImageError, StoreError
from cluejudge.image import View, load
from cluejudge.settings import Limits

MIME = "image/webp"
MAX_SIDE = 2048
QUALITY = 88
VEILED_SIDE = 20
"""So few pixels that nothing can be made out, enough to tell one picture from another."""

_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture that an image shows, by the name that the verdict calls it, in pixels."""

    view: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Album:
    """The pictures of an image; none of one that is not kept, or that `fault` keeps from it."""

    pictures: tuple[Seen, ...] = ()
    fault: str = ""


class Pictures:
    """Decodes kept images. `read` gives the bytes of one by its sha256, None if it is not kept."""

    def __init__(self, read: Callable[[str], bytes | None], limits: Limits) -> None:
        self._read, self._limits = read, limits
        self._known: OrderedDict[str, Album] = OrderedDict()
        self._lock = Lock()

    def album(self, sha256: str) -> Album:
        """The pictures of an image, if it is kept whole and can be decoded."""
        with self._lock:
            known = self._known.get(sha256, Album())
        try:
            data = self._read(sha256) if sha256 else None
            if data is None:
                return Album()
            if not known.pictures:
                known = Album(tuple(map(_seen, load(data, self._limits).views)))
                self._remember(sha256, known)
        except (ImageError, StoreError) as error:
            return Album(fault=str(error))
        return known

    def webp(self, sha256: str, place: int, *, veiled: bool) -> bytes | None:
        """The picture at `place` as WebP, or so little of it that it cannot be made out.

        None if there is no such picture. Raises StoreError for an image that is not what was kept.
        """
        data = self._read(sha256) if sha256 else None
        try:
            views = load(data, self._limits).views if data is not None else ()
        except ImageError:
            return None
        if not 0 <= place < len(views):
            return None
        return _webp(views[place].picture.pil(), VEILED_SIDE if veiled else MAX_SIDE)

    def _remember(self, sha256: str, album: Album) -> None:
        with self._lock:
            self._known[sha256] = album
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _seen(view: View) -> Seen:
    return Seen(view.name, view.picture.width, view.picture.height)


def _webp(image: PILImage.Image, side: int) -> bytes:
    image.thumbnail((side, side), PILImage.Resampling.BOX, reducing_gap=None)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()
