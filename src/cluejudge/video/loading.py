"""From a video file to the pictures that are judged and the record that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cluejudge.errors import ImageError
from cluejudge.image import ImageRecord, LoadedImage, Shortfall, View, phash
from cluejudge.image.deadline import Deadline
from cluejudge.image.files import HEAD_BYTES
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.views import Area, distinct
from cluejudge.settings import Limits, Sampling
from cluejudge.video.contents import Contents, contents, cover
from cluejudge.video.demuxing import demuxed, load_av
from cluejudge.video.files import VideoFile, opened
from cluejudge.video.kinds import Kind, kind_of
from cluejudge.video.tracks import Player, Track
from cluejudge.video.wholeness import missing

_OF_A_CUT = frozenset((Code.CORRUPT.value, Code.NO_VIDEO.value, Code.UNSUPPORTED_VIDEO.value))
"""What a file that has lost its end may look like."""
_FEWEST = 2  # frames that each video track must have a place for


def load_video(
    data: bytes | Path, limits: Limits | None = None, sampling: Sampling | None = None
) -> LoadedImage:
    """Decode a video into pictures of some of its moments, named as "at 3.50 s".

    A path is read piece by piece, and never written to. Every frame is decoded and looked at; kept
    are `sampling.max_frames` at most. What is cut off or broken makes a `shortfall`: it may be
    unsafe, and is never safe.

    Raises `ImageError` with one of the codes of `refusals.Code`, and nothing else.
    """
    limits, sampling = limits or Limits(), sampling or Sampling()
    deadline = Deadline.after(sampling.max_video_seconds)
    with opened(data, sampling.max_video_bytes, deadline) as file:
        kind = kind_of(file.head(HEAD_BYTES))
        load_av()
        gap = missing(file, kind)
        try:
            return _loaded(file, kind, gap, limits, sampling)
        except MemoryError as error:
            message = f"{kind}: there is not enough memory to decode it"
            raise refuse(Code.OUT_OF_MEMORY, message) from error
        except ImageError as error:
            if gap and error.code in _OF_A_CUT:
                raise _truncated(gap) from error
            raise


def _loaded(
    file: VideoFile, kind: Kind, gap: str, limits: Limits, sampling: Sampling
) -> LoadedImage:
    with demuxed(file, kind, limits) as container:
        held = contents(container, kind)
    area = Area(limits)
    tracks = tuple(_tracks(Player(file, kind, limits), held, sampling, area))
    covers = tuple(_covers(held, limits, area, file.deadline))
    views = distinct((*(view for track in tracks for view in track.views), *covers))
    first = views[0].picture
    notes = (*held.notes, *(note for track in tracks for note in track.notes))
    record = ImageRecord(
        sha256=file.sha256(),
        phash=phash(first),
        format=kind.value,
        bytes=file.size,
        width=first.width,
        height=first.height,
        frames=sum(track.frames for track in tracks),
        notes=tuple(dict.fromkeys(notes)),
    )
    return LoadedImage(record, views, _shortfall(gap, tracks))


def _tracks(player: Player, held: Contents, sampling: Sampling, area: Area) -> Iterator[Track]:
    """Every video track, each with its share of the frames."""
    count = len(held.tracks)
    share = sampling.max_frames // count
    if share < _FEWEST:
        message = f"{count} video tracks: at most {sampling.max_frames // _FEWEST} can be judged"
        raise ImageError(Code.TOO_MANY_FRAMES.value, message, hint="raise Sampling.max_frames")
    each = sampling.model_copy(update={"max_frames": share})
    for place, index in enumerate(held.tracks, 1):
        yield player.track(index, f"track {place}" if count > 1 else "", each, area)


def _covers(held: Contents, limits: Limits, area: Area, deadline: Deadline) -> Iterator[View]:
    """The views of cover pictures, which stand for no time."""
    for place, data in enumerate(held.covers, 1):
        deadline.check()
        name = f"cover {place}" if len(held.covers) > 1 else "cover"
        views = cover(data, limits).views
        area.add(views)
        for view in views:
            yield replace(view, name=name if view.name == "whole" else f"{name}, {view.name}")


def _shortfall(gap: str, tracks: tuple[Track, ...]) -> Shortfall | None:
    if gap:
        return Shortfall(Code.TRUNCATED.value, str(_truncated(gap)))
    return next((track.shortfall for track in tracks if track.shortfall), None)


def _truncated(gap: str) -> ImageError:
    return refuse(Code.TRUNCATED, f"the video ends too early: {gap}")
