"""From the bytes of an input to the pictures that are judged and the record that is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cluejudge.image import background, gamma
from cluejudge.image.choosing import chosen, spans_of_all
from cluejudge.image.deadline import Deadline
from cluejudge.image.perceptual import hash_of
from cluejudge.image.picture import Picture
from cluejudge.image.pillow import strict_pillow
from cluejudge.image.reading import check_bytes
from cluejudge.image.record import ImageRecord
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sniff import Format, sniff
from cluejudge.image.source import Rendering, Source
from cluejudge.image.views import Area, LoadedImage, View, distinct
from cluejudge.settings import Limits, Sampling


@dataclass(frozen=True, slots=True)
class _Part:
    """The views of one frame, and what was noted on the way; `phash` is of the input's first."""

    index: int
    views: tuple[View, ...]
    notes: tuple[str, ...]
    phash: str = ""
    seconds: float | None = None


def load(
    data: bytes, limits: Limits | None = None, sampling: Sampling | None = None
) -> LoadedImage:
    """Decode `data`, by its content, into the pictures that a person may see of it.

    A plain still has one view, "whole"; frames, pages and backgrounds make more of them. Of an
    animation the frames that are least alike are taken, or, with `sampling`, frames by time.
    Raises `ImageError` with one of the codes of `refusals.Code`, and nothing else.
    """
    limits = limits or Limits()
    check_bytes(data, limits)
    kind = sniff(data)
    try:
        return _loaded(data, kind, limits, sampling)
    except MemoryError as error:
        message = f"{kind.value}: there is not enough memory to decode it"
        raise refuse(Code.OUT_OF_MEMORY, message) from error


def _loaded(data: bytes, kind: Format, limits: Limits, sampling: Sampling | None) -> LoadedImage:
    deadline = Deadline.after(limits.max_seconds)
    with strict_pillow():
        source = Source(data, kind, limits, deadline)
        choice = chosen(source, limits, sampling)
        parts = tuple(_within(_parts(source, choice.indices, deadline), limits))
    spans = spans_of_all([part.seconds for part in parts]) if choice.spans is None else choice.spans
    views = distinct(
        replace(view, spans=spans.get(part.index, ())) for part in parts for view in part.views
    )
    found = (*source.notes(), *choice.notes, *(note for part in parts for note in part.notes))
    return LoadedImage(_record(data, source, parts[0], found), views, source.shortfall)


def _parts(source: Source, indices: Iterable[int], deadline: Deadline) -> Iterator[_Part]:
    for index in indices:
        place = f"{source.unit} {index + 1} of {source.frames}"
        frame = source.render(index)
        if frame is None:
            yield _Part(index, (), (f"{place} is listed but not in the file",))
        else:
            yield _part(frame, index, place if source.frames > 1 else "", deadline)


def _part(frame: Rendering, index: int, place: str, deadline: Deadline) -> _Part:
    """Every way in which viewers show a frame: both gammas, both backgrounds, where they matter."""
    views: list[View] = []
    notes = list(frame.notes)
    phash = ""
    for tone, image in gamma.renditions(frame.image, frame.power):
        grounds = background.composites(image)
        deadline.check()
        if index == 0 and not views:
            phash = hash_of(grounds[0][1])
        for ground, shown in grounds:
            name = ", ".join(part for part in (place, tone, ground) if part) or "whole"
            views.append(View(name, Picture.of(shown)))
        if image.mode == "RGBA":
            both = len(grounds) > 1
            notes.append("transparency: judged on " + ("white and black" if both else "white"))
    if frame.power is not None:
        notes.append(f"gamma (power {frame.power:.2g}): judged with it and without")
    return _Part(index, tuple(views), tuple(notes), phash, frame.seconds)


def _within(parts: Iterable[_Part], limits: Limits) -> Iterator[_Part]:
    """`parts`, stopped by `ImageError` as soon as their views hold too many pixels together."""
    area = Area(limits)
    for part in parts:
        area.add(part.views)
        yield part


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
