"""Whether a video file has the bytes that it says it has.

Decoders play what is there and keep silent about the rest. Transport streams and recordings of
live WebM do not say how long they are, so of those nothing can be missed.
"""

from __future__ import annotations

from cluejudge.video.files import VideoFile
from cluejudge.video.kinds import Kind

_SEGMENT = b"\x18\x53\x80\x67"  # of Matroska, RFC 9559
_NEEDED = frozenset((b"ftyp", b"mdat", b"moof", b"moov"))
_MOST_BOXES = 100_000


def missing(file: VideoFile, kind: Kind) -> str:
    """What is cut off, in words; empty where nothing is known to be."""
    if kind in {Kind.MP4, Kind.MOV}:
        return _boxes(file)
    if kind is Kind.AVI:
        return _cut(int.from_bytes(file.head(8)[4:8], "little") + 8, file.size, slack=1)
    return _segment(file) if kind in {Kind.WEBM, Kind.MKV} else ""


def _cut(declared: int, size: int, slack: int = 0) -> str:
    return f"{size} of {declared} bytes are there" if declared > size + slack else ""


def _boxes(file: VideoFile) -> str:
    """Walks the top-level boxes (ISO/IEC 14496-12); each says where the next one begins."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at >= file.size:
            break
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if kind in _NEEDED and at + size > file.size:
            return f"the {kind.decode('latin-1')!r} box is cut short"
        if size < 8:  # 0 is "to the end of the file"; the others are no sizes of boxes
            break
        at += size
    return ""


def _segment(file: VideoFile) -> str:
    """The one segment of Matroska, behind a short header; all ones is "unknown length"."""
    head = file.head(4096)
    at = head.find(_SEGMENT) + len(_SEGMENT)
    if at < len(_SEGMENT) or at >= len(head) or not head[at]:
        return ""
    length = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + length], "big") & ((1 << 7 * length) - 1)
    if value == (1 << 7 * length) - 1:
        return ""
    return _cut(at + length + value, file.size)
