"""Which frames or pages of one input are judged, and the time that each stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from cluejudge.image.frames import Chosen, Glimpse, choose, glimpse
from cluejudge.image.moments import owners, sampled, spans_of, strange_places, strangest
from cluejudge.image.source import Source
from cluejudge.image.spans import Span
from cluejudge.settings import Limits, Sampling

Spans = Mapping[int, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The frames to judge, ascending, a note on that, and their times where they are known."""

    indices: tuple[int, ...]
    notes: tuple[str, ...]
    spans: Spans | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A frame that was looked at: its index, its small copy, and how long it is shown."""

    index: int
    look: Glimpse
    seconds: float | None


def chosen(source: Source, limits: Limits, sampling: Sampling | None) -> Choice:
    """All of a few frames, the most telling of many, or those that `sampling` takes by time."""
    total, unit = source.frames, source.unit
    by_time = sampling is not None and unit == "frame"
    most = sampling.max_frames if sampling and by_time else limits.max_frames
    if total == 1:
        return Choice((0,), ())
    everything = f"all {total} {unit}s judged"
    if total <= most and not by_time:
        return Choice(tuple(range(total)), (everything,))
    seen = tuple(_looks(source))
    seconds = timed([each.seconds for each in seen])
    looks = [each.look for each in seen]
    if sampling is not None and seconds is not None:
        places = _by_time(looks, seconds, sampling)
    else:
        places = choose(looks, most)
    note = f"{len(places.all)} of {total} {unit}s judged"
    if len(places.all) == total:
        note = everything
    elif len({looks[place].digest for place in places.all}) == len({each.digest for each in looks}):
        note += ", the others are equal to them"
    spans = _spans(looks, places, seconds) if seconds else None
    named = {seen[place].index: span for place, span in spans.items()} if spans else None
    return Choice(tuple(seen[place].index for place in places.all), (note,), named)


def spans_of_all(seconds: Sequence[float | None]) -> Spans:
    """The times of frames that are all judged; none where those of some are not told."""
    known = timed(seconds)
    if known is None:
        return {}
    starts, end = _clock(known)
    return spans_of(range(len(known)), starts, end)


def timed(seconds: Sequence[float | None]) -> list[float] | None:
    """How long each frame is shown, if that is told of all."""
    known = [each for each in seconds if each is not None]
    return known if len(known) == len(seconds) else None


def _looks(source: Source) -> Iterator[_Seen]:
    """A small copy of each frame that is there; one frame in memory at a time."""
    for index in range(source.frames):
        frame = source.render(index)
        if frame is not None:
            yield _Seen(index, glimpse(frame.image), frame.seconds)


def _by_time(looks: Sequence[Glimpse], seconds: Sequence[float], sampling: Sampling) -> Chosen:
    """What is shown in place of the animation has no time, and is always among them."""
    starts, end = _clock(seconds)
    regular = tuple(sorted({*sampled(starts, end, sampling), 0}))
    room = min(strange_places(sampling.max_frames), sampling.max_frames - len(regular))
    thumbs = np.stack([each.thumb for each in looks])
    return Chosen(regular, strangest(thumbs, regular, room))


def _spans(looks: Sequence[Glimpse], places: Chosen, seconds: Sequence[float]) -> Spans:
    starts, end = _clock(seconds)
    return spans_of(owners(len(looks), places, dict(enumerate(looks))), starts, end)


def _clock(seconds: Sequence[float]) -> tuple[list[float], float]:
    """When each frame starts, and when the last one ends."""
    *starts, end = accumulate(seconds, initial=0.0)
    return starts, end
