"""From the bytes of an input to the pictures that are judged and the record that is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cluejudge.image import background, gamma
from cluejudge.image.deadline import Deadline
from cluejudge.image.frames import Glimpse, choose, glimpse
from cluejudge.image.perceptual import hash_of
from cluejudge.image.picture import Picture
from cluejudge.image.pillow import strict_pillow
from cluejudge.image.reading import check_bytes
from cluejudge.image.record import ImageRecord
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sniff import Format, sniff
from cluejudge.image.source import Rendering, Source
from cluejudge.image.spans import Span
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

    With a `shortfall` it may be found unsafe by what is there, and never safe.
    """

    record: ImageRecord
    views: tuple[View, ...]
    shortfall: Shortfall | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """The views of one frame, and what was noted on the way; `phash` is of the input's first."""

    views: tuple[View, ...]
    notes: tuple[str, ...]
    phash: str = ""


def load(data: bytes, limits: Limits | None = None) -> LoadedImage:
    """Decode `data`, by its content, into the pictures that a person may see of it.

    A plain still has one view, "whole"; frames, pages and backgrounds make more of them.
    Raises `ImageError` with one of the codes of `refusals.Code`, and nothing else.
    """
    limits = limits or Limits()
    check_bytes(data, limits)
    kind = sniff(data)
    try:
        return _loaded(data, kind, limits)
    except MemoryError as error:
        message = f"{kind.value}: there is not enough memory to decode it"
        raise refuse(Code.OUT_OF_MEMORY, message) from error


def _loaded(data: bytes, kind: Format, limits: Limits) -> LoadedImage:
    deadline = Deadline.after(limits.max_seconds)
    with strict_pillow():
        source = Source(data, kind, limits, deadline)
        indices, judged = _chosen(source, limits)
        parts = tuple(_within(_parts(source, indices, deadline), limits.max_view_pixels))
    views = _distinct(view for part in parts for view in part.views)
    found = (*source.notes(), *judged, *(note for part in parts for note in part.notes))
    return LoadedImage(_record(data, source, parts[0], found), views)


def _chosen(source: Source, limits: Limits) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The frames to judge, all of a few or the most telling of many, and a note on that."""
    total, unit = source.frames, source.unit
    if total <= limits.max_frames:
        return tuple(range(total)), (f"all {total} {unit}s judged",) if total > 1 else ()
    glimpses = tuple(_glimpses(source))
    places = choose([each for _, each in glimpses], limits.max_frames)
    note = f"{len(places)} of {total} {unit}s judged"
    if len(places) == len({each.digest for _, each in glimpses}):
        note += ", the others are equal to them"
    return tuple(glimpses[place][0] for place in places), (note,)


def _glimpses(source: Source) -> Iterator[tuple[int, Glimpse]]:
    """A small copy of each frame that is there, with its index; one frame in memory at a time."""
    for index in range(source.frames):
        frame = source.render(index)
        if frame is not None:
            yield index, glimpse(frame.image)


def _parts(source: Source, indices: Iterable[int], deadline: Deadline) -> Iterator[_Part]:
    for index in indices:
        place = f"{source.unit} {index + 1} of {source.frames}"
        frame = source.render(index)
        if frame is None:
            yield _Part((), (f"{place} is listed but not in the file",))
        else:
            yield _part(frame, place if source.frames > 1 else "", deadline, first=index == 0)


def _part(frame: Rendering, place: str, deadline: Deadline, *, first: bool) -> _Part:
    """Every way in which viewers show a frame: both gammas, both backgrounds, where they matter."""
    views: list[View] = []
    notes = list(frame.notes)
    phash = ""
    for tone, image in gamma.renditions(frame.image, frame.power):
        grounds = background.composites(image)
        deadline.check()
        if first and not views:
            phash = hash_of(grounds[0][1])
        for ground, shown in grounds:
            name = ", ".join(part for part in (place, tone, ground) if part) or "whole"
            views.append(View(name, Picture.of(shown)))
        if image.mode == "RGBA":
            both = len(grounds) > 1
            notes.append("transparency: judged on " + ("white and black" if both else "white"))
    if frame.power is not None:
        notes.append(f"gamma (power {frame.power:.2g}): judged with it and without")
    return _Part(tuple(views), tuple(notes), phash)


def _within(parts: Iterable[_Part], max_pixels: int) -> Iterator[_Part]:
    """`parts`, stopped by `ImageError` as soon as their views hold too many pixels together."""
    total = 0
    for part in parts:
        total += sum(view.picture.area for view in part.views)
        if total > max_pixels:
            message = f"the judged views have more than {max_pixels} pixels together"
            raise refuse(Code.TOO_MANY_PIXELS, message)
        yield part


def _distinct(views: Iterable[View]) -> tuple[View, ...]:
    """The first view of each picture."""
    first: dict[str, View] = {}
    for view in views:
        first.setdefault(view.picture.digest, view)
    return tuple(first.values())


def _record(data: bytes, source: Source, part: _Part, notes: Iterable[str]) -> ImageRecord:
    first = part.views[0].picture
    return ImageRecord(
        sha256=hashlib.sha256(data).hexdigest(),
        phash=part.phash,
        format=source.format,
        bytes=len(data),
        width=first.width,
        height=first.height,
        frames=source.frames,
        notes=tuple(dict.fromkeys(notes)),
    )
