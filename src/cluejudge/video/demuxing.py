"""PyAV as hostile input needs it: known containers and decoders only, and no other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cluejudge.errors import ImageError
from cluejudge.image.pillow import decoding
from cluejudge.image.refusals import Code, refuse
from cluejudge.settings import Limits
from cluejudge.video.files import VideoFile
from cluejudge.video.kinds import Kind

_DEMUXERS = {
    Kind.MP4: "mov",
    Kind.MOV: "mov",
    Kind.WEBM: "matroska",
    Kind.MKV: "matroska",
    Kind.AVI: "avi",
    Kind.MPEG_TS: "mpegts",
}

DECODERS = frozenset(
    (
        *("av1", "libdav1d", "h264", "hevc", "vvc", "vp8", "vp9", "libvpx", "libvpx-vp9"),
        *("mpeg1video", "mpeg2video", "mpeg4", "h263", "msmpeg4", "msmpeg4v1", "msmpeg4v2"),
        *("wmv1", "wmv2", "wmv3", "vc1", "theora", "dvvideo", "cinepak", "svq1", "svq3", "rpza"),
        *("prores", "dnxhd", "cfhd", "ffv1", "huffyuv", "ffvhuff", "utvideo", "mjpeg", "png"),
        *("qtrle", "rawvideo"),
    )
)
"""FFmpeg's decoders of what videos are coded in; those of games and of old terminals are not."""


def load_av() -> Any:
    """PyAV. Raises `ImageError` with code `needs_extra` where it is not installed."""
    try:
        import av
    except ImportError as error:
        message = "videos need the optional package PyAV"
        hint = "pip install 'cluejudge[video]'"
        raise ImageError(Code.NEEDS_EXTRA.value, message, hint=hint) from error
    return av


@contextmanager
def demuxed(file: VideoFile, kind: Kind, limits: Limits) -> Iterator[Any]:
    """The container of `file`, from its beginning; raises `ImageError` if it cannot be opened.

    The container is named, so nothing is guessed and no playlist is ever read; whatever would open
    another file or an address is refused.
    """
    file.seek(0)
    options = {"codec_whitelist": ",".join(sorted(DECODERS)), "max_pixels": str(limits.max_pixels)}
    with decoding(kind.value):
        container = load_av().open(
            file,
            format=_DEMUXERS[kind],
            options=options,
            io_open=_refused,
            metadata_errors="replace",
        )
    try:
        yield container
    finally:
        container.close()


def _refused(url: str, flags: int, options: object) -> None:
    raise refuse(Code.CORRUPT, "the video asks for another file")
