from __future__ import annotations

import struct
import sys

import pytest
from PIL import Image as PILImage
from PIL import features

from cluejudge.errors import ImageError
from cluejudge.image import load
from cluejudge.settings import Limits
from tests.image.samples import animation, box, encode, heic, mpo, scene

FRAMES = [scene(seed=seed) for seed in range(3)]


def refusal(data: bytes, limits: Limits | None = None) -> ImageError:
    with pytest.raises(ImageError) as caught:
        load(data, limits)
    return caught.value


def test_heic_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(scene())
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    error = refusal(data)
    assert error.code == "needs_extra"
    assert "pip install 'cluejudge[heic]'" in str(error)


def test_reading_heic_does_not_register_a_plugin() -> None:
    load(heic(scene()))
    assert "HEIF" not in PILImage.OPEN


@pytest.mark.parametrize("kind", ["AVIF", "WEBP"])
def test_a_codec_that_is_not_there_is_named(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(scene(), kind)
    monkeypatch.setattr(features, "check", lambda _: False)
    error = refusal(data)
    assert error.code == "no_codec"
    assert kind in str(error)


def test_pages_that_an_mpo_only_lists_are_noted() -> None:
    whole = mpo(FRAMES)
    second, third = whole.index(b"\xff\xd9") + 2, whole.rindex(b"\xff\xd8\xff")
    assert load(whole).record.notes == ("all 3 pages judged",)
    for end, missing in ((second, (2, 3)), (third, (3,))):
        loaded = load(whole[:end])
        assert len(loaded.views) == 3 - len(missing)
        for page in missing:
            assert f"page {page} of 3 is listed but not in the file" in loaded.record.notes
    assert refusal(whole[:-100]).code == "truncated"


def test_of_many_pages_that_an_mpo_lists_those_that_are_there_are_compared() -> None:
    whole = mpo([scene(seed=seed) for seed in range(12)])
    loaded = load(whole[: whole.rindex(b"\xff\xd8\xff")])
    assert len(loaded.views) == 8
    assert loaded.views[-1].name == "page 11 of 12"
    assert "8 of 12 pages judged" in loaded.record.notes


def test_a_still_avif_with_a_video_is_refused() -> None:
    data = encode(scene(), "AVIF")
    assert refusal(data + box(b"moov", bytes(8))).code == "hidden_video"
    assert load(animation("AVIF", FRAMES)).record.frames == 3


def test_a_video_behind_a_photograph_is_noted() -> None:
    motion = encode(scene(), "JPEG") + box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"mdat")
    loaded = load(motion)
    assert [view.name for view in loaded.views] == ["whole"]
    assert loaded.record.notes == ("a video inside the file was not judged",)


def test_a_raw_photograph_is_not_judged_by_its_small_preview() -> None:
    data = encode(scene(), "TIFF", tiffinfo={254: 1, 330: 8})
    assert refusal(data).code == "unsupported_image"
    assert load(encode(scene(), "TIFF", tiffinfo={254: 1})).record.format == "TIFF"


def test_pages_of_a_tiff_are_counted_up_to_the_limit() -> None:
    pages = animation("TIFF", [scene(8, 8)] * 5)
    assert load(pages, Limits(max_total_frames=5)).record.frames == 5
    assert refusal(pages, Limits(max_total_frames=4)).code == "too_many_frames"


def test_a_tiff_that_goes_round_in_circles_ends() -> None:
    pages = animation("TIFF", FRAMES)
    first = struct.unpack_from("<I", pages, 4)[0]
    entries = struct.unpack_from("<H", pages, first)[0]
    at = first + 2 + 12 * entries
    looped = pages[:at] + struct.pack("<I", first) + pages[at + 4 :]
    assert load(looped).record.frames == 1


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_a_tiff_that_lacks_pixels_is_truncated(compression: str | None) -> None:
    data = encode(scene(), "TIFF", compression=compression)
    at = struct.unpack_from("<I", data, 4)[0]
    if at == 8:
        assert refusal(data[:-100]).code == "truncated"
    count = struct.unpack_from("<H", data, at)[0]
    entries = [at + 2 + 12 * number for number in range(count)]
    (strips,) = (each for each in entries if struct.unpack_from("<H", data, each)[0] == 273)
    moved = data[: strips + 8] + struct.pack("<I", len(data) - 9) + data[strips + 12 :]
    assert refusal(moved).code == "truncated"
