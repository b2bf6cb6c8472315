"""Which moments of something that moves are judged, and for what time each of them stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

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
    each `sampling.every` seconds, or, where those show more frames than there are places for, as
    many moments as there are, spread evenly from the first frame to the last. Of these no frame
    takes more than its first `every` seconds: a long still would leave none for the others.
    """
    places = sampling.max_frames - strange_places(sampling.max_frames)
    begins, ends = np.asarray(starts), np.append(starts[1:], end)
    moments = np.ceil((begins - _SAME_TIME) / sampling.every) * sampling.every
    regular = np.flatnonzero(moments + _SAME_TIME < ends)
    if len(regular) > places:
        shown = np.minimum(ends - begins, sampling.every)
        clock = np.cumsum(shown) - shown
        times = np.linspace(0.0, clock[-1], places)
        regular = np.searchsorted(clock, times + _SAME_TIME, side="right") - 1
    return tuple(sorted({0, *regular.tolist()}))


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

    It is the one that it equals. Else it is, of the last regular one and the strange ones since,
    the one most like it; or, where it visibly looks like none of these, the one most like it up to
    the next regular one, or else of all. A frame that is not among those `seen` goes with the frame
    before it. All chosen ones must be among those seen.
    """
    equal = {seen[index].digest: index for index in reversed(chosen.all) if seen[index].digest}
    owned: list[int] = []
    for index, (before, after) in enumerate(_around(frames, chosen)):
        if before[-1] == index:
            owned.append(index)
        elif index not in seen:
            owned.append(owned[-1])
        elif seen[index].digest in equal:
            owned.append(equal[seen[index].digest])
        else:
            owned.append(_most_like(seen[index], (before, before + after, chosen.all), seen))
    return owned


def _around(frames: int, chosen: Chosen) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """For each frame, the chosen ones from the last regular one to it, and on to the next."""
    for start, end in pairwise((*chosen.regular, frames)):
        strange = tuple(index for index in chosen.strange if start < index < end)
        following = (end,) if end < frames else ()
        for index in range(start, end):
            passed = bisect_right(strange, index)
            yield (start, *strange[:passed]), (*strange[passed:], *following)


def _most_like(
    look: Glimpse, circles: Sequence[tuple[int, ...]], seen: Mapping[int, Glimpse]
) -> int:
    """The most like in the first circle that holds what looks like it, or else in the second."""
    best: list[int] = []
    for circle in circles:
        gaps = gap(np.stack([seen[index].thumb for index in circle]), look.thumb)
        best.append(circle[int(np.argmin(gaps))])
        if gaps.min() < _VISIBLE:
            return best[-1]
    return best[1]


def spans_of(
    owned: Iterable[int], starts: Sequence[float], end: float
) -> dict[int, tuple[Span, ...]]:
    """The time that each owner of frames stands for, which together is all of it."""
    parts: dict[int, list[Span]] = {}
    for place, owner in enumerate(owned):
        until = starts[place + 1] if place + 1 < len(starts) else end
        parts.setdefault(owner, []).append(span(starts[place], until))
    return {owner: merged(spans) for owner, spans in parts.items()}
