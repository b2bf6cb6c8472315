"""Whether a video file has the bytes that it says it has.

Decoders play what is there and keep silent about the rest. Transport streams, fragmented MP4 and
recordings of live WebM do not say how long they are: of those only a last piece that is cut short,
or without its data, can be missed.
"""

from __future__ import annotations

from cluejudge.image.files import HEAD_BYTES
from cluejudge.image.sniff import transport_stream
from cluejudge.video.files import VideoFile
from cluejudge.video.kinds import Kind

_SEGMENT = b"\x18\x53\x80\x67"  # of Matroska, RFC 9559
_NEEDED = frozenset((b"ftyp", b"mdat", b"moof", b"moov"))
_MOST_PIECES = 1_000_000


def missing(file: VideoFile, kind: Kind) -> str:
    """What is cut off, in words; empty where nothing is known to be."""
    if kind in {Kind.MP4, Kind.MOV}:
        return _boxes(file)
    if kind is Kind.AVI:
        return _cut(int.from_bytes(file.head(8)[4:8], "little") + 8, file.size, slack=1)
    return _packets(file) if kind is Kind.MPEG_TS else _elements(file)


def _cut(declared: int, size: int, slack: int = 0) -> str:
    return f"{size} of {declared} bytes are there" if declared > size + slack else ""


def _boxes(file: VideoFile) -> str:
    """Walks the top-level boxes (ISO/IEC 14496-12); each says where the next one begins."""
    at, last = 0, b""
    for _ in range(_MOST_PIECES):
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
        last = kind if kind in _NEEDED else last
        if size < 8:  # 0 is "to the end of the file"; the others are no sizes of boxes
            break
        at += size
    return "its last fragment has no data" if last == b"moof" else ""


def _elements(file: VideoFile) -> str:
    """Matroska's segment; one of unknown length is walked, into its clusters of unknown length."""
    at = file.head(HEAD_BYTES).find(_SEGMENT)
    live = False
    for _ in range(_MOST_PIECES):
        if not 0 <= at < file.size:
            break
        file.seek(at)
        begun, length = _element(file.read(12))
        if length is not None and at + begun + length > file.size:
            return _cut(at + begun + length, file.size)
        if not begun or not (live or length is None):
            break
        live = True
        at += begun + (length or 0)
    return ""


def _element(head: bytes) -> tuple[int, int | None]:
    """Bytes of an element's head, 0 for what is none, and of its content: None if it is unknown."""
    name = 9 - head[0].bit_length()
    if name > 4:
        return 0, 0
    if len(head) <= name:
        return name + 1, 0
    size = min(9 - head[name].bit_length(), 8)
    value = int.from_bytes(head[name : name + size], "big") & ((1 << 7 * size) - 1)
    return name + size, None if value == (1 << 7 * size) - 1 else value


def _packets(file: VideoFile) -> str:
    """The last packet of a transport stream, if it is one and not what was put behind them."""
    size, sync = transport_stream(file.head(HEAD_BYTES)) or (0, 0)
    rest = file.size % size if size else 0
    if rest <= sync:
        return ""
    file.seek(file.size - rest + sync)
    return "the last packet is cut short" if file.read(1) == b"G" else ""
