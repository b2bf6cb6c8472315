"""What bytes are, by their content alone: names and declared types are never asked."""

from __future__ import annotations

import re
from enum import StrEnum

from cluejudge.errors import ImageError
from cluejudge.image.refusals import Code, refuse


class Format(StrEnum):
    """The accepted containers, by Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    AVIF = "AVIF"
    HEIC = "HEIC"


_ACCEPTED = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),
    (b"MM\0+", Format.TIFF),
)

_REFUSED = (
    (b"8BPS", Code.UNSUPPORTED_IMAGE, "a Photoshop file"),
    (b"\xff\x0a", Code.UNSUPPORTED_IMAGE, "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", Code.UNSUPPORTED_IMAGE, "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", Code.UNSUPPORTED_IMAGE, "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", Code.UNSUPPORTED_IMAGE, "a JPEG 2000 picture"),
    (b"\0\0\1\0", Code.UNSUPPORTED_IMAGE, "an icon"),
    (b"\0\0\2\0", Code.UNSUPPORTED_IMAGE, "a cursor"),
    (b"icns", Code.UNSUPPORTED_IMAGE, "an icon"),
    (b"DDS ", Code.UNSUPPORTED_IMAGE, "a DirectDraw texture"),
    (b"qoif", Code.UNSUPPORTED_IMAGE, "a QOI picture"),
    (b"\x76\x2f\x31\x01", Code.UNSUPPORTED_IMAGE, "an OpenEXR picture"),
    (b"#?RADIANCE", Code.UNSUPPORTED_IMAGE, "a Radiance picture"),
    (b"II\xbc\x01", Code.UNSUPPORTED_IMAGE, "a JPEG XR picture"),
    (b"FUJIFILMCCD-RAW", Code.UNSUPPORTED_IMAGE, "a raw camera file"),
    (b"IIRO", Code.UNSUPPORTED_IMAGE, "a raw camera file"),
    (b"IIU\0", Code.UNSUPPORTED_IMAGE, "a raw camera file"),
    (b"%!PS", Code.PDF, "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", Code.PDF, "a PostScript file"),
    (b"\x1a\x45\xdf\xa3", Code.VIDEO, "a Matroska or WebM video"),
    (b"FLV\1", Code.VIDEO, "a Flash video"),
    (b"\0\0\1\xba", Code.VIDEO, "an MPEG video"),
    (b"\0\0\1\xb3", Code.VIDEO, "an MPEG video"),
    (b"OggS", Code.VIDEO, "an Ogg video or sound"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Code.VIDEO, "a Windows Media video"),
    (b"PK\3\4", Code.ARCHIVE, "a ZIP archive or an office document"),
    (b"PK\5\6", Code.ARCHIVE, "an empty ZIP archive"),
    (b"\x1f\x8b", Code.ARCHIVE, "a gzip archive"),
    (b"BZh", Code.ARCHIVE, "a bzip2 archive"),
    (b"\xfd7zXZ\0", Code.ARCHIVE, "an xz archive"),
    (b"\x28\xb5\x2f\xfd", Code.ARCHIVE, "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", Code.ARCHIVE, "a 7z archive"),
    (b"Rar!\x1a\x07", Code.ARCHIVE, "a RAR archive"),
)

_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_VIDEO_BRANDS = (b"iso", b"mp4", b"mp7", b"avc", b"M4", b"qt  ", b"3g", b"dash", b"f4", b"MSNV")
QUICKTIME_ATOMS = frozenset((b"moov", b"mdat", b"wide"))
"""What a QuickTime file begins with where it has no `ftyp` box, as old ones have not."""
TS_PACKETS = ((188, 0), (192, 4), (204, 0))
"""Of MPEG transport streams: bytes of a packet, and where in it the sync byte is."""
_BMP_HEADERS = frozenset((12, 16, 40, 52, 56, 64, 108, 124))
_MARKUP_WINDOW = 4096


def sniff(data: bytes) -> Format:
    """The container of `data`; raises `ImageError` for anything that is not judged."""
    for magic, kind in _ACCEPTED:
        if data.startswith(magic):
            return _tiff(data) if kind is Format.TIFF else kind
    if data[:4] == b"RIFF":
        return _riff(data)
    if data[4:8] == b"ftyp":
        return _media(data)
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return Format.BMP
    for magic, code, name in _REFUSED:
        if data.startswith(magic):
            raise refuse(code, f"this is {name}, not a picture that can be judged")
    if data[4:8] in QUICKTIME_ATOMS:
        raise refuse(Code.VIDEO, "this is a QuickTime video, not a picture that can be judged")
    if transport_stream(data):
        raise refuse(Code.VIDEO, "this is an MPEG video, not a picture that can be judged")
    raise _other(data)


def transport_stream(data: bytes) -> tuple[int, int] | None:
    """Which of `TS_PACKETS` `data`, the first 1024 bytes or more of a file, begins with."""
    for size, at in TS_PACKETS:
        if len(data) > at + 3 * size and data[at : at + 3 * size + 1 : size] == b"GGGG":
            return size, at
    return None


def _tiff(data: bytes) -> Format:
    if data[8:10] == b"CR":
        raise refuse(Code.UNSUPPORTED_IMAGE, "this is a raw camera file")
    return Format.TIFF


def _riff(data: bytes) -> Format:
    kind = data[8:12]
    if kind == b"WEBP":
        return Format.WEBP
    if kind in {b"AVI ", b"WAVE"}:
        raise refuse(Code.VIDEO, "this is an AVI video or a WAVE sound, not a picture")
    raise refuse(Code.UNKNOWN_TYPE, "this is a RIFF file of no kind that is known here")


def _media(data: bytes) -> Format:
    """ISO base media (ISO/IEC 14496-12): the major brand first, then the compatible brands."""
    size = min(int.from_bytes(data[:4], "big"), 512)
    major = data[8:12]
    brands = {major} | {data[at : at + 4] for at in range(16, size, 4)}
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and brands & _AVIF_BRANDS):
        return Format.AVIF
    if major in _HEIF_BRANDS:
        return Format.HEIC
    if major == b"crx ":
        raise refuse(Code.UNSUPPORTED_IMAGE, "this is a raw camera file")
    if any(brand.startswith(_VIDEO_BRANDS) for brand in brands):
        raise refuse(Code.VIDEO, "this is an MP4 or QuickTime video or sound, not a picture")
    raise refuse(Code.UNKNOWN_TYPE, "this is a media container of no kind that is known here")


def _other(data: bytes) -> ImageError:
    head = data[:_MARKUP_WINDOW]
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace")
    if re.search(r"<svg[\s>:]|<!doctype svg", text, re.IGNORECASE):
        return refuse(Code.SVG, "this is an SVG drawing, which each viewer renders its own way")
    if re.search(r"<!doctype html|<html|<head|<body", text, re.IGNORECASE):
        return refuse(Code.HTML, "this is an HTML page, not a picture")
    if b"%PDF-" in data[:1024]:
        return refuse(Code.PDF, "this is a PDF document, not a picture")
    if data[257:262] == b"ustar":
        return refuse(Code.ARCHIVE, "this is a tar archive, not a picture")
    return refuse(Code.UNKNOWN_TYPE, "the content is of no picture type that is known here")
