"""The pictures that an input shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cluejudge.errors import ImageError
from cluejudge.image.picture import Picture
from cluejudge.image.record import ImageRecord
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.spans import Span, merged
from cluejudge.settings import Limits


@dataclass(frozen=True, slots=True)
class View:
    """One picture that an input shows; `name` says which, such as "frame 3 of 12, on black".

    `spans` is the time it stands for in an animation or a video; pages and stills have none.
    """

    name: str
    picture: Picture
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a part of an input could not be seen; `code` is one of `refusals.Code`."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """An input ready to be judged: at least one view, no two with the same pixels.

    With a `shortfall` it may be found unsafe by what is there, and never safe. Who cannot keep to
    that takes the views of `complete`.
    """

    record: ImageRecord
    views: tuple[View, ...]
    shortfall: Shortfall | None = None

    def complete(self) -> tuple[View, ...]:
        """The views, if they are all. Raises `ImageError` where there is a shortfall."""
        if self.shortfall:
            raise ImageError(self.shortfall.code, self.shortfall.reason)
        return self.views


class Area:
    """Adds up the pixels of an input's views."""

    def __init__(self, limits: Limits) -> None:
        self._most, self._sum = limits.max_view_pixels, 0

    def add(self, views: Iterable[View]) -> None:
        """Raise `ImageError` with code `too_many_pixels` once there are too many together."""
        self._sum += sum(view.picture.area for view in views)
        if self._sum > self._most:
            message = f"the judged views have more than {self._most} pixels together"
            raise refuse(Code.TOO_MANY_PIXELS, message)


def distinct(views: Iterable[View]) -> tuple[View, ...]:
    """The first view of each picture, with the time of all of them."""
    first: dict[str, View] = {}
    for view in views:
        known = first.setdefault(view.picture.digest, view)
        if known is not view:
            spans = merged((*known.spans, *view.spans))
            first[view.picture.digest] = replace(known, spans=spans)
    return tuple(first.values())
