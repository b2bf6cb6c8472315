"""Which frames of a track are judged, found while all of them pass by once."""

from __future__ import annotations

from array import array
from bisect import bisect_right

import numpy as np

from cluejudge.image.frames import Chosen, Glimpse, gap
from cluejudge.image.moments import owners, sampled, spans_of, strange_places, strangest
from cluejudge.image.spans import Span
from cluejudge.settings import Sampling

_MOST_GLIMPSES = 4096


class Survey:
    """Remembers when every frame starts, and small copies of those that differ most.

    However long the video, no more than `_MOST_GLIMPSES` copies of 4 KB are kept.
    """

    def __init__(self) -> None:
        self._starts = array("d")
        self._end = 0.0
        self._looks: list[tuple[int, Glimpse]] = []

    @property
    def frames(self) -> int:
        """How many have passed."""
        return len(self._starts)

    def add(self, start: float, seconds: float, look: Glimpse) -> None:
        """The next frame, in the order of their times."""
        if len(self._looks) >= _MOST_GLIMPSES:
            self._thin()
        self._looks.append((len(self._starts), look))
        self._starts.append(start)
        self._end = start + seconds

    def chosen(self, sampling: Sampling) -> Chosen:
        """The frames to judge, at least the first."""
        regular = sampled(self._starts, self._end, sampling)
        thumbs = np.stack([look.thumb for _, look in self._looks])
        room = min(strange_places(sampling.max_frames), sampling.max_frames - len(regular))
        strange = strangest(thumbs, [self._place(index) for index in regular], room)
        named = {self._looks[place][0] for place in strange}
        return Chosen(regular, tuple(sorted(named - set(regular))))

    def spans(self, chosen: Chosen) -> dict[int, tuple[Span, ...]]:
        """For each chosen frame, the time it stands for."""
        seen = dict(self._looks)
        for index in chosen.all:
            seen.setdefault(index, self._looks[self._place(index)][1])
        return spans_of(owners(self.frames, chosen, seen), self._starts, self._end)

    def start(self, index: int) -> float:
        """When frame `index` starts, in seconds from the first."""
        return self._starts[index]

    def _place(self, index: int) -> int:
        """Where the copy of frame `index` is, or else of the kept one before it."""
        return bisect_right(self._looks, index, key=lambda seen: seen[0]) - 1

    def _thin(self) -> None:
        """Drops, of every second copy, the half that is most like the one before it.

        So what is kept looks like what was dropped behind it, and what is sudden stays, with what
        comes after it.
        """
        thumbs = np.stack([look.thumb for _, look in self._looks])
        steps = gap(thumbs[1::2], thumbs[: len(thumbs) - 1 : 2])
        order = np.argsort(steps, kind="stable")
        dropped = set((1 + 2 * order[: len(order) // 2]).tolist())
        self._looks = [seen for place, seen in enumerate(self._looks) if place not in dropped]
