"""Whatever the bytes are, loading them gives pictures or one `ImageError`, and no warning."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.errors import ImageError
from cluejudge.image import Code, LoadedImage, load
from cluejudge.settings import Limits
from tests.image.samples import (
    animation,
    chunk,
    cutout,
    encode,
    examples,
    exif,
    heic,
    inserted,
    mpo,
    png,
    scene,
    srgb_profile,
)

FRAMES = [scene(24, 18, seed=seed) for seed in range(3)]
FADED = cutout((20, 200, 90), 24)
FILES = {
    "jpeg": encode(FRAMES[0], "JPEG", exif=exif(6), icc_profile=srgb_profile()),
    "progressive": encode(FRAMES[0], "JPEG", progressive=True),
    "cmyk": encode(FRAMES[0].convert("CMYK"), "JPEG"),
    "mpo": mpo(FRAMES),
    "png": encode(FADED, "PNG", exif=exif(3), icc_profile=srgb_profile()),
    "palette": encode(FADED.quantize(8), "PNG"),
    "apng": animation("PNG", FRAMES),
    "webp": encode(FADED, "WEBP", exif=exif(8)),
    "moving webp": animation("WEBP", FRAMES),
    "gif": animation("GIF", FRAMES),
    "bmp": encode(FRAMES[0], "BMP"),
    "tiff": animation("TIFF", FRAMES),
    "lzw": encode(FADED, "TIFF", compression="tiff_lzw"),
    "float": encode(FRAMES[0].convert("F"), "TIFF"),
    "avif": encode(FADED, "AVIF", exif=exif(5)),
    "heic": heic(FRAMES[0]),
}
TIGHT = Limits(max_pixels=200_000, max_seconds=5)


def outcome(data: bytes, limits: Limits = TIGHT) -> LoadedImage | Code:
    try:
        loaded = load(data, limits)
    except ImageError as error:
        return Code(error.code)
    assert loaded.views
    return loaded


@examples(60)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    outcome(data)


@examples(25)
@given(st.data())
@pytest.mark.parametrize("name", FILES)
def test_files_with_changed_bytes(name: str, data: st.DataObject) -> None:
    broken = bytearray(FILES[name])
    reach = data.draw(st.sampled_from([64, 400, len(broken)]))
    places = st.integers(0, min(reach, len(broken)) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        broken[place] = value
    outcome(bytes(broken))


@examples(12)
@given(st.floats(0, 0.95))
@pytest.mark.parametrize("name", sorted(set(FILES) - {"mpo", "gif"}))
def test_cut_files_are_refused(name: str, share: float) -> None:
    """An MPO may lose later pages and a GIF its last byte; both are tested elsewhere."""
    whole = FILES[name]
    result = outcome(whole[: int(len(whole) * share)])
    assert isinstance(result, Code)
    if share > 0.5:
        assert result in {Code.TRUNCATED, Code.CORRUPT}


@pytest.mark.parametrize("name", FILES)
def test_whole_files_load(name: str) -> None:
    assert isinstance(outcome(FILES[name]), LoadedImage)


def test_bytes_behind_the_picture_change_nothing_that_shows() -> None:
    for name in ("jpeg", "png", "webp", "gif", "bmp"):
        plain, longer = load(FILES[name]), load(FILES[name] + b"PK\3\4 more")
        assert plain.views == longer.views


def _png_bomb(width: int, height: int) -> bytes:
    tiny = png(8, 8, 8, 2, bytes(192))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return tiny[:8] + header + tiny[33:]


def _gif_bomb() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";"


def _bmp_bomb() -> bytes:
    head = b"BM" + struct.pack("<IHHI", 100, 0, 0, 54)
    return (
        head + struct.pack("<IiiHHIIiiII", 40, 50_000, 50_000, 1, 24, 0, 0, 0, 0, 0, 0) + b"\0" * 99
    )


def _jpeg_bomb() -> bytes:
    data = bytearray(FILES["cmyk"])
    at = data.index(b"\xff\xc0") + 5
    struct.pack_into(">HH", data, at, 65000, 65000)
    return bytes(data)


def _webp_bomb() -> bytes:
    canvas = (16382).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff_bomb() -> bytes:
    tags = [(256, 50_000), (257, 50_000), (258, 8), (259, 1), (262, 1), (273, 8), (279, 9)]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + table + b"\0" * 4


@pytest.mark.parametrize(
    "bomb",
    [
        _png_bomb(50_000, 50_000),
        _png_bomb(2**31 - 1, 2**31 - 1),
        _png_bomb(30_000, 30_000),
        _gif_bomb(),
        _bmp_bomb(),
        _jpeg_bomb(),
        _webp_bomb(),
        _tiff_bomb(),
    ],
)
def test_bombs_are_refused_fast_and_without_memory(bomb: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    result = outcome(bomb, Limits())
    taken = time.process_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result in {Code.SIDE_TOO_LONG, Code.TOO_MANY_PIXELS, Code.CORRUPT}
    assert taken < 0.5
    assert peak < 4_000_000


def test_bombs_in_metadata_do_not_go_off() -> None:
    plain = FILES["palette"]
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20_000_000)))
    assert load(inserted(plain, text)).views == load(plain).views
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(20_000_000)))
    assert outcome(inserted(plain, profile), Limits()) is Code.CORRUPT


@pytest.mark.parametrize(
    ("size", "limits", "code"),
    [
        ((3, 40), Limits(), Code.TOO_SMALL),
        ((4, 161), Limits(), Code.ABSURD_ASPECT),
        ((161, 4), Limits(), Code.ABSURD_ASPECT),
        ((65, 8), Limits(max_side=64), Code.SIDE_TOO_LONG),
        ((32, 33), Limits(max_pixels=1024), Code.TOO_MANY_PIXELS),
    ],
)
def test_sizes_beyond_the_limits(size: tuple[int, int], limits: Limits, code: Code) -> None:
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"):
        assert outcome(encode(scene(*size), kind), limits) is code


def test_sizes_at_the_limits_are_allowed() -> None:
    for size, limits in (
        ((4, 160), Limits()),
        ((64, 8), Limits(max_side=64)),
        ((32, 32), Limits(max_pixels=1024)),
    ):
        assert isinstance(outcome(encode(scene(*size), "PNG"), limits), LoadedImage)


def test_a_later_page_cannot_be_larger_than_allowed() -> None:
    data = animation("TIFF", [scene(20, 20), scene(60, 60)])
    assert outcome(data, Limits(max_pixels=3000)) is Code.TOO_MANY_PIXELS


def test_bytes_and_frames_and_time_are_limited() -> None:
    assert outcome(FILES["gif"], Limits(max_bytes=len(FILES["gif"]) - 1)) is Code.TOO_MANY_BYTES
    assert outcome(b"") is Code.EMPTY
    for name in ("gif", "apng", "tiff", "moving webp", "mpo"):
        assert outcome(FILES[name], Limits(max_total_frames=2)) is Code.TOO_MANY_FRAMES
    for data in FILES.values():
        assert outcome(data, Limits(max_seconds=1e-9)) is Code.TOO_SLOW


def test_a_machine_without_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(PILImage, "open", exhausted)
    assert outcome(FILES["png"]) is Code.OUT_OF_MEMORY
