"""What a video file holds: its video tracks, its cover pictures, and what is not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cluejudge.errors import ImageError
from cluejudge.image import LoadedImage, load
from cluejudge.image.pillow import decoding
from cluejudge.image.refusals import Code, refuse
from cluejudge.settings import Limits
from cluejudge.video.demuxing import load_av
from cluejudge.video.kinds import Kind


@dataclass(frozen=True, slots=True)
class Contents:
    """The numbers of the video tracks, and the cover pictures as files."""

    tracks: tuple[int, ...]
    covers: tuple[bytes, ...]
    notes: tuple[str, ...]


def contents(container: Any, kind: Kind) -> Contents:
    """Raises `ImageError` with code `no_video` where nothing moves in the file."""
    with decoding(kind.value):
        attached = load_av().stream.Disposition.attached_pic
        pictures = [each for each in container.streams.video if each.disposition & attached]
        moving = [each.index for each in container.streams.video if each not in pictures]
        if not moving:
            raise refuse(Code.NO_VIDEO, f"this {kind} file holds no moving picture")
        covers = _covers(container, pictures)
    texts = len(container.streams.subtitles)
    notes = (f"{texts} tracks of subtitles were not judged",) if texts else ()
    return Contents(tuple(moving), covers, notes)


def _covers(container: Any, pictures: Sequence[Any]) -> tuple[bytes, ...]:
    """The one packet of each, which demuxers give before all others."""
    found: dict[int, bytes] = {}
    if pictures:
        for packet in container.demux(*pictures):
            if packet.size:
                found.setdefault(packet.stream_index, bytes(packet))
            if len(found) == len(pictures):
                break
    return tuple(found[index] for index in sorted(found))


def cover(data: bytes, limits: Limits) -> LoadedImage:
    """A cover picture; raises `ImageError` as `image.load` does, and says what it is of."""
    try:
        return load(data, limits)
    except ImageError as error:
        message = f"its cover picture: {error.args[0]}"
        raise ImageError(error.code, message, hint=error.hint) from error
