from __future__ import annotations

import io
import tarfile
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ImageError
from cluejudge.image.sniff import Format, sniff
from tests.image.samples import animation, box, encode, examples, heic, scene

FILES = {
    Format.JPEG: encode(scene(), "JPEG"),
    Format.PNG: encode(scene(), "PNG"),
    Format.WEBP: encode(scene(), "WEBP"),
    Format.GIF: encode(scene(), "GIF"),
    Format.BMP: encode(scene(), "BMP"),
    Format.TIFF: encode(scene(), "TIFF"),
    Format.AVIF: animation("AVIF", [scene(seed=1), scene(seed=2)]),
    Format.HEIC: heic(scene()),
}


@pytest.mark.parametrize("kind", Format)
def test_accepted_files_are_known_by_their_bytes(kind: Format) -> None:
    assert sniff(FILES[kind]) is kind


def test_containers_of_still_pictures_are_told_apart_by_their_other_brands() -> None:
    assert sniff(box(b"ftyp", b"mif1\0\0\0\0mif1avif")) is Format.AVIF
    assert sniff(box(b"ftyp", b"mif1\0\0\0\0mif1heic")) is Format.HEIC


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.png", FILES[Format.PNG])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<SVG width="1">', "svg"),
        ('<?xml version="1.0"?><svg:svg>'.encode("utf-16"), "svg"),
        (b"<!DOCTYPE html><title>404</title>", "html"),
        (b"\n <html><body>", "html"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.4\n", "pdf"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "pdf"),
        (box(b"ftyp", b"isom\0\0\0\0isommp42"), "video"),
        (box(b"ftyp", b"qt  \0\0\0\0qt  "), "video"),
        (box(b"ftyp", b"crx \0\0\0\0isom"), "unsupported_image"),
        (box(b"ftyp", b"????\0\0\0\0????"), "unknown_type"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"RIFF\0\0\0\0????", "unknown_type"),
        (b"\x1a\x45\xdf\xa3webm", "video"),
        (_zip(), "archive"),
        (_tar(), "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"8BPS\0\1", "unsupported_image"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "unsupported_image"),
        (b"II*\0\x10\0\0\0CR\2\0", "unsupported_image"),
        (b"BM: what this text begins with", "unknown_type"),
        (b"GIF88a", "unknown_type"),
        (b"just words", "unknown_type"),
        (b"\0", "unknown_type"),
    ],
)
def test_other_things_are_refused_by_what_they_are(data: bytes, code: str) -> None:
    with pytest.raises(ImageError) as caught:
        sniff(data)
    assert caught.value.code == code
    assert caught.value.hint


@examples(60)
@given(st.binary(max_size=600))
def test_any_bytes_have_a_format_or_a_reason(data: bytes) -> None:
    kind: Format | None = None
    with suppress(ImageError):
        kind = sniff(data)
    assert kind is None or kind in Format


@examples(60)
@given(st.sampled_from(Format), st.binary(max_size=40))
def test_what_follows_the_beginning_does_not_matter(kind: Format, more: bytes) -> None:
    assert sniff(FILES[kind][:64] + more) is kind
