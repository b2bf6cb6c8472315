"""Which kind of video file bytes are, by their content alone."""

from __future__ import annotations

from enum import StrEnum

from cluejudge.errors import ImageError
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sniff import QUICKTIME_ATOMS, sniff, transport_stream


class Kind(StrEnum):
    """The accepted containers."""

    MP4 = "MP4"
    MOV = "MOV"
    WEBM = "WEBM"
    MKV = "MKV"
    AVI = "AVI"
    MPEG_TS = "MPEG-TS"


def is_video(head: bytes) -> bool:
    """Whether `head`, the first 4096 bytes of a file or all of it, begins a video of these kinds.

    Sound alone comes in the same containers, so this may be true of it too.
    """
    return _kind(head) is not None


def kind_of(head: bytes) -> Kind:
    """The container that `head` begins; raises `ImageError` for all that is none of these."""
    kind = _kind(head)
    if kind is None:
        raise _other(head)
    return kind


def _other(head: bytes) -> ImageError:
    try:
        return refuse(Code.UNKNOWN_TYPE, f"this is a {sniff(head)} picture, not a video")
    except ImageError as error:
        if error.code == Code.VIDEO:
            message = "this is a video or a sound in a container that is not read here"
            return refuse(Code.UNSUPPORTED_VIDEO, message)
        return error


def _kind(head: bytes) -> Kind | None:
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind.WEBM if b"webm" in head[:64] else Kind.MKV
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind.AVI
    if head[4:8] == b"ftyp" and _is_moving(head):
        return Kind.MOV if head[8:12] == b"qt  " else Kind.MP4
    if head[4:8] in QUICKTIME_ATOMS:
        return Kind.MOV
    return Kind.MPEG_TS if transport_stream(head) else None


def _is_moving(head: bytes) -> bool:
    """Whether ISO base media is a video's by its brands, not a picture's."""
    try:
        sniff(head)
    except ImageError as error:
        return error.code == Code.VIDEO
    return False
