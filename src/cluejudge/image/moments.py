"""Which moments of something that moves are judged, and for what time each of them stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cluejudge.image.frames import Chosen, Gaps, Glimpse, flashes, gap
from cluejudge.image.spans import Span, merged, span
from cluejudge.settings import Sampling

_STRANGE_SHARE = 4  # one of so many places is for what is strange
_VISIBLE = 32.0  # of 510: less unlike than this is noise
_SAME_TIME = 1e-6  # seconds


def sampled(starts: Sequence[float], end: float, sampling: Sampling) -> tuple[int, ...]:
    """Indices of the frames that show at even distances of time; the first is among them.

    `starts` are ascending, in seconds from the first; `end` is when the last one ends. One moment
    each `sampling.every` seconds, or, where those are more than there are places for, as many
    moments as there are, spread evenly from the first frame to the last.
    """
    places = sampling.max_frames - strange_places(sampling.max_frames)
    if end <= places * sampling.every:
        times = np.arange(0.0, max(end, sampling.every) - _SAME_TIME, sampling.every)
    else:
        times = np.linspace(0.0, starts[-1], places)
    shown = {bisect_right(starts, float(at) + _SAME_TIME) - 1 for at in times}
    return tuple(sorted({0, *shown}))


def strange_places(count: int) -> int:
    """How many of `count` places (2 or more) are for frames that are unlike all the others."""
    return max(1, count // _STRANGE_SHARE)


def strangest(thumbs: NDArray[np.uint8], chosen: Sequence[int], count: int) -> tuple[int, ...]:
    """Up to `count` places in `thumbs` [n, values] of what is visibly unlike all `chosen` ones.

    The first half goes to flashes, which are also unlike both of their neighbours; the rest to
    what is least like all that are chosen (farthest-point sampling).
    """
    nearest = np.full(len(thumbs), np.inf)
    for known in chosen:
        nearest = np.minimum(nearest, gap(thumbs, thumbs[known]))
    sudden = flashes(thumbs)
    found: list[int] = []
    while len(found) < count:
        flash = _best(np.minimum(sudden, nearest)) if len(found) < (count + 1) // 2 else None
        place = _best(nearest) if flash is None else flash
        if place is None:
            break
        found.append(place)
        nearest = np.minimum(nearest, gap(thumbs, thumbs[place]))
    return tuple(sorted(found))


def _best(scores: Gaps) -> int | None:
    """The place of the highest score, None where nothing visible is left."""
    place = int(np.argmax(scores))
    return place if scores[place] >= _VISIBLE else None


def owners(frames: int, chosen: Chosen, seen: Mapping[int, Glimpse]) -> list[int]:
    """For each of `frames` frames, the chosen one that stands for it.

    It is the one that it equals; else, of the last regular one and the strange ones since, the one
    most like it; else, where the frame is not among those `seen`, that of the frame before it.
    All chosen ones must be among those seen.
    """
    regular, judged = set(chosen.regular), set(chosen.all)
    equal = {seen[index].digest: index for index in reversed(chosen.all) if seen[index].digest}
    owned: list[int] = []
    recent: list[int] = []
    for index in range(frames):
        if index in judged:
            recent = [index] if index in regular else [*recent, index]
            owned.append(index)
        elif index in seen:
            same = equal.get(seen[index].digest)
            owned.append(_most_like(seen[index], recent, seen) if same is None else same)
        else:
            owned.append(owned[-1])
    return owned


def _most_like(look: Glimpse, recent: Sequence[int], seen: Mapping[int, Glimpse]) -> int:
    if len(recent) == 1:
        return recent[0]
    thumbs = np.stack([seen[index].thumb for index in recent])
    return recent[int(np.argmin(gap(thumbs, look.thumb)))]


def spans_of(
    owned: Iterable[int], starts: Sequence[float], end: float
) -> dict[int, tuple[Span, ...]]:
    """The time that each owner of frames stands for, which together is all of it."""
    parts: dict[int, list[Span]] = {}
    for place, owner in enumerate(owned):
        until = starts[place + 1] if place + 1 < len(starts) else end
        parts.setdefault(owner, []).append(span(starts[place], until))
    return {owner: merged(spans) for owner, spans in parts.items()}
