"""One video track: which of its frames are judged, and what they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from cluejudge.image import Picture, Shortfall, View, background
from cluejudge.image.frames import Chosen
from cluejudge.image.pillow import decoding
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.views import Area
from cluejudge.settings import Limits, Sampling
from cluejudge.video.demuxing import demuxed
from cluejudge.video.files import VideoFile
from cluejudge.video.kinds import Kind
from cluejudge.video.pixels import Renderer
from cluejudge.video.reel import Moment, Reel
from cluejudge.video.survey import Survey


@dataclass(frozen=True, slots=True)
class Track:
    """The views of a track, how many frames it has, and what could not be seen of it."""

    views: tuple[View, ...]
    frames: int
    notes: tuple[str, ...]
    shortfall: Shortfall | None


@dataclass(frozen=True, slots=True)
class Player:
    """Plays the tracks of one file, each as often as it is asked to, from the beginning."""

    file: VideoFile
    kind: Kind
    limits: Limits

    @contextmanager
    def reel(self, index: int) -> Iterator[Reel]:
        """Track `index`, before its first frame."""
        with demuxed(self.file, self.kind, self.limits) as container, decoding(self.kind.value):
            live = self.kind is Kind.MPEG_TS
            stream, deadline = container.streams[index], self.file.deadline
            yield Reel(container, stream, self.limits, deadline, may_begin_anywhere=live)

    def track(self, index: int, name: str, sampling: Sampling, area: Area) -> Track:
        """Looks at all frames of a track, then at those that are judged once more.

        Raises `ImageError` where not one frame can be decoded, or what is there is not allowed.
        """
        renderer, survey = Renderer(self.limits), Survey()
        with self.reel(index) as reel:
            for moment in reel.moments():
                survey.add(moment.start, moment.seconds, renderer.glimpse(moment.frame))
        if not survey.frames:
            message = f"{self.kind}: not one frame of {name or 'it'} can be decoded"
            raise refuse(Code.CORRUPT, message)
        chosen = survey.chosen(sampling)
        with decoding(self.kind.value):
            views = tuple(self._views(chosen, survey, renderer, area, index=index, name=name))
        said = f"{len(chosen.all)} of {survey.frames} frames judged" + (name and f" of {name}")
        return Track(views, survey.frames, (said, *_noted(reel), *renderer.notes), _short(reel))

    def _views(
        self,
        chosen: Chosen,
        survey: Survey,
        renderer: Renderer,
        area: Area,
        *,
        index: int,
        name: str,
    ) -> Iterator[View]:
        spans = survey.spans(chosen)
        times = _times([survey.start(each) for each in chosen.all])
        names = [f"{time} of {name}" if name else time for time in times]
        called = dict(zip(chosen.all, names, strict=True))
        for moment, stretch in self._moments(index, chosen):
            image = renderer.picture(moment.frame, stretch)
            for ground, shown in background.composites(image):
                words = ", ".join(word for word in (called[moment.index], ground) if word)
                view = View(words, Picture.of(shown), spans[moment.index])
                area.add((view,))
                yield view

    def _moments(self, index: int, chosen: Chosen) -> Iterator[tuple[Moment, float]]:
        """The chosen frames and the shape of their pixels; the same decoding as the first time."""
        left = set(chosen.all)
        with self.reel(index) as reel:
            for moment in reel.moments():
                if moment.index in left:
                    yield moment, reel.stretch
                    left.discard(moment.index)
                if not left:
                    return
        raise refuse(Code.CORRUPT, f"{self.kind}: it was not decoded twice in the same way")


def _times(starts: Sequence[float]) -> list[str]:
    """Names of moments, with as many digits as it takes to tell them apart."""
    for digits in (2, 3, 6):
        names = [f"at {start:.{digits}f} s" for start in starts]
        if len(set(names)) == len(names):
            break
    return names


def _noted(reel: Reel) -> Iterator[str]:
    if reel.damaged:
        yield f"{reel.damaged} frames were decoded with errors"
    if reel.headless:
        yield f"{reel.headless} packets before the first frame cannot be decoded"


def _short(reel: Reel) -> Shortfall | None:
    if reel.stopped:
        message = f"the video cannot be read to its end: {reel.stopped}"
        return Shortfall(Code.TRUNCATED.value, message)
    if reel.unreadable:
        message = f"{reel.unreadable} packets of the video cannot be decoded"
        return Shortfall(Code.CORRUPT.value, message)
    return None
