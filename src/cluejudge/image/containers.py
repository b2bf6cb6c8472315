"""Checks of a container's own structure that Pillow leaves out or makes too late.

Each walks the file's headers only: no pixel is decoded, and nothing is allocated for one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cluejudge.errors import ImageError
from cluejudge.image.deadline import Deadline
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sizes import check_frames, check_size
from cluejudge.image.sniff import Format
from cluejudge.image.views import Shortfall
from cluejudge.settings import Limits


def check_container(
    data: bytes, kind: Format, limits: Limits, deadline: Deadline
) -> Shortfall | None:
    """Raise `ImageError` where `data` ends too early, holds too much, or contradicts itself.

    What is returned says why there may have been more frames than the whole ones that are there.
    """
    if kind is Format.GIF:
        return _check_gif(data, limits, deadline)
    if kind is Format.PNG:
        _check_png(data, limits, deadline)
    elif kind is Format.WEBP:
        _check_riff(data)
    elif kind is Format.TIFF:
        _check_tiff(data)
    elif kind in {Format.AVIF, Format.HEIC}:
        kinds = set(boxes(data, deadline))
        if kind is Format.HEIC and b"moov" in kinds:
            raise refuse(Code.HIDDEN_VIDEO, "HEIC: it holds a video, not only stills")
    return None


def boxes(data: bytes, deadline: Deadline) -> Iterator[bytes]:
    """Types of the top-level boxes of ISO base media (ISO/IEC 14496-12)."""
    at = 0
    while at + 8 <= len(data):
        deadline.check()
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size and at + size > len(data) and kind in {b"meta", b"mdat", b"moov", b"ftyp"}:
            raise _truncated(f"the {kind.decode()} box is cut short")
        yield kind
        if size < 8:  # 0 is "to the end of the file"; 1 to 7 are no sizes of boxes
            return
        at += size


def without_text(data: bytes) -> bytes:
    """A PNG without its texts.

    Pillow keeps texts among its own facts, under the keywords that the file gives. There a text
    called "gamma", "icc_profile" or "blend" takes the place of what every viewer goes by.
    """
    parts, start = [], 0
    for kind, at in _png_chunks(data):
        if kind in {b"tEXt", b"zTXt", b"iTXt"}:
            parts.append(data[start : at - 8])
            start = at + int.from_bytes(data[at - 8 : at - 4], "big") + 4
    return b"".join((*parts, data[start:])) if parts else data


def _check_riff(data: bytes) -> None:
    declared = int.from_bytes(data[4:8], "little") + 8
    if declared > len(data) + 1:  # some writers count the padding byte that they leave out
        raise _truncated(f"{len(data)} of {declared} bytes")


def _check_tiff(data: bytes) -> None:
    """Many writers put the list of tags behind the pixels, so a cut file has lost it."""
    order = "<" if data[:1] == b"I" else ">"
    layout, at = ("Q", 8) if 43 in data[2:4] else ("I", 4)
    if len(data) < 16 or struct.unpack_from(order + layout, data, at)[0] >= len(data):
        raise _truncated("the TIFF has lost its list of tags")


def _check_png(data: bytes, limits: Limits, deadline: Deadline) -> None:
    """An animation must be one that every viewer reads the same way (PNG 3rd ed., section 11.3.2).

    Viewers differ on broken ones: some play them, some, as Pillow, show the first picture.
    """
    declared: int | None = None
    controls, kind, pixels = 0, b"", False
    for kind, at in _png_chunks(data):
        deadline.check()
        if kind == b"acTL":
            if pixels or declared is not None:
                raise refuse(Code.CORRUPT, "PNG: a misplaced or repeated animation header")
            declared = int.from_bytes(data[at : at + 4], "big")
            check_frames(declared, limits)
        pixels = pixels or kind == b"IDAT"
        controls += kind == b"fcTL"
    if kind != b"IEND":
        raise _truncated("the PNG has no end")
    if declared is not None and (declared == 0 or controls != declared):
        raise refuse(Code.CORRUPT, f"PNG: {declared} frames declared, {controls} present")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Type of each chunk and where its content starts; the last is IEND in a whole file."""
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at + 8
        if kind == b"IEND":
            return
        at += 12 + length


def _check_gif(data: bytes, limits: Limits, deadline: Deadline) -> Shortfall | None:
    """All frames are looked at first, for Pillow grows the canvas with those beyond its edge."""
    if len(data) < 13:
        raise _truncated("the GIF header is cut short")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    check_size(width, height, limits)
    at, frames = 13 + _colours(flags), 0
    while at < len(data) and data[at] != 0x3B:
        deadline.check()
        if data[at] == 0x21:
            at = _after_blocks(data, at + 2)
        elif data[at] == 0x2C and at + 10 <= len(data):
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, at + 1)
            check_size(max(width, left + across), max(height, top + down), limits)
            frames += 1
            check_frames(frames, limits)
            at = _after_blocks(data, at + 11 + _colours(flags))
        else:
            at += 1
    if at < len(data):
        return None
    return Shortfall(Code.TRUNCATED.value, str(_truncated("the GIF has no end")))


def _colours(flags: int) -> int:
    """Bytes of the colour table that a GIF's flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data):
        length = data[at]
        at += length + 1
        if length == 0:
            return at
    raise _truncated("the GIF stops in the middle of a block")


def _truncated(detail: str) -> ImageError:
    return refuse(Code.TRUNCATED, f"the data ends too early: {detail}")
