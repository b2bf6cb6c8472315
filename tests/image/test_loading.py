from __future__ import annotations

import hashlib
import struct
import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.errors import ImageError
from cluejudge.image import LoadedImage, Picture, load, phash, read
from cluejudge.image.perceptual import distance
from cluejudge.settings import Limits
from tests.image.samples import (
    Pixels,
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
    swapping_profile,
)
from tests.image.test_orientation import stored

DETAILED = scene(160, 120, grid=(9, 12))


def names(loaded: LoadedImage) -> list[str]:
    return [view.name for view in loaded.views]


def only(data: bytes) -> Pixels:
    loaded = load(data)
    assert names(loaded) == ["whole"]
    return loaded.views[0].picture.pixels


def code(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ImageError) as caught:
        load(data, limits)
    return caught.value.code


@examples(60)
@given(st.integers(4, 30), st.integers(4, 30), st.integers(0, 99))
def test_a_png_comes_back_exactly(width: int, height: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert np.array_equal(only(encode(PILImage.fromarray(pixels), "PNG")), pixels)


def test_the_record_tells_what_the_input_was() -> None:
    data = encode(DETAILED, "PNG")
    record = load(data).record
    assert record.sha256 == hashlib.sha256(data).hexdigest()
    assert record.phash == phash(Picture(np.asarray(DETAILED)))
    assert (record.format, record.bytes, record.frames) == ("PNG", len(data), 1)
    assert (record.width, record.height, record.notes) == (160, 120, ())


@cache
def _lossless() -> dict[str, bytes]:
    rows = np.asarray(DETAILED).astype(">u2") * 257
    return {
        "png of 16 bits": png(160, 120, 16, 2, rows.astype(">u2").tobytes()),
        "png with alpha": encode(DETAILED.convert("RGBA"), "PNG"),
        "webp": encode(DETAILED, "WEBP", lossless=True),
        "bmp": encode(DETAILED, "BMP"),
        "tiff": encode(DETAILED, "TIFF"),
        "bigtiff": encode(DETAILED, "TIFF", big_tiff=True),
        "tiff with lzw": encode(DETAILED, "TIFF", compression="tiff_lzw"),
        "tiff with deflate": encode(DETAILED, "TIFF", compression="tiff_adobe_deflate"),
    }


@pytest.mark.parametrize("name", _lossless())
def test_lossless_containers_give_the_same_picture(name: str) -> None:
    assert np.array_equal(only(_lossless()[name]), np.asarray(DETAILED))


@cache
def _lossy() -> dict[str, bytes]:
    cmyk = DETAILED.convert("CMYK")
    return {
        "jpeg": encode(DETAILED, "JPEG", quality=92),
        "progressive": encode(DETAILED, "JPEG", quality=92, progressive=True),
        "adobe cmyk": encode(cmyk, "JPEG", quality=95),
        "cmyk tiff": encode(cmyk, "TIFF"),
        "webp": encode(DETAILED, "WEBP", quality=92),
        "avif": encode(DETAILED, "AVIF", quality=92),
        "heic": heic(DETAILED, quality=92),
        "gif": encode(DETAILED.quantize(256), "GIF"),
        "palette": encode(DETAILED.quantize(256), "PNG"),
        "tiff of jpeg": encode(DETAILED, "TIFF", compression="jpeg"),
        "srgb profile": encode(DETAILED, "PNG", icc_profile=srgb_profile()),
    }


@pytest.mark.parametrize("name", _lossy())
def test_other_containers_give_nearly_the_same_picture_and_hash(name: str) -> None:
    pixels = only(_lossy()[name])
    assert np.abs(pixels.astype(int) - np.asarray(DETAILED)).mean() < 12
    assert distance(phash(Picture(pixels)), phash(Picture(np.asarray(DETAILED)))) <= 6


@pytest.mark.parametrize("name", ["grey", "grey16", "float"])
def test_grey_of_any_depth_is_the_same_grey(name: str) -> None:
    levels = np.asarray(DETAILED.convert("L"))
    files = {
        "grey": encode(PILImage.fromarray(levels), "PNG"),
        "grey16": encode(PILImage.fromarray(levels.astype(np.uint16) * 257), "PNG"),
        "float": encode(PILImage.fromarray(levels.astype(np.float32) / 255), "TIFF"),
    }
    assert np.abs(only(files[name]).astype(int) - levels[..., None]).max() <= 1


def test_a_tiff_of_16_bits_may_begin_with_white() -> None:
    levels = np.asarray(DETAILED.convert("L")).astype(np.uint16) * 257
    data = encode(PILImage.fromarray(65535 - levels), "TIFF", tiffinfo={262: 0})
    assert np.abs(only(data).astype(int) - levels[..., None] // 257).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIC"])
def test_every_orientation_in_every_container_is_undone(kind: str, orientation: int) -> None:
    upright = np.asarray(DETAILED)
    image = PILImage.fromarray(stored(orientation, upright))
    if kind == "HEIC":
        data = heic(image, orientation=orientation)
    else:
        data = encode(image, kind, exif=exif(orientation))
    loaded = load(data)
    pixels = loaded.views[0].picture.pixels
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).mean() < 8
    assert (loaded.record.width, loaded.record.height) == DETAILED.size
    if kind != "HEIC":  # its decoder turns pictures itself
        noted = (f"EXIF orientation {orientation} applied",) if orientation > 1 else ()
        assert loaded.record.notes == noted


@pytest.mark.parametrize("tags", [b"MM\0*\0\0\0\x08\xff\xff\x01\x12", b"no tags", b"MM\0*"])
def test_broken_exif_is_no_exif(tags: bytes) -> None:
    data = encode(scene(), "JPEG", exif=b"Exif\0\0" + tags)
    assert only(data).shape == (36, 48, 3)


def test_a_profile_is_applied_before_the_picture_is_turned() -> None:
    red, green, blue = DETAILED.split()
    swapped = np.asarray(PILImage.merge("RGB", (green, red, blue)))
    image = PILImage.fromarray(stored(6, swapped))
    loaded = load(encode(image, "PNG", exif=exif(6), icc_profile=swapping_profile()))
    pixels = loaded.views[0].picture.pixels
    assert np.abs(pixels.astype(int) - np.asarray(DETAILED)).mean() < 4
    assert loaded.record.notes == (
        "colour profile 'Test profile' converted to sRGB",
        "EXIF orientation 6 applied",
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "GIF"])
def test_transparency_is_judged_on_what_shows_it(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    red = load(encode(cutout((200, 20, 20)), kind, **options))
    assert names(red) == ["whole"]
    assert red.record.notes == ("transparency: judged on white",)
    assert (red.views[0].picture.pixels[0, 0] > 250).all()
    black = load(encode(cutout((0, 0, 0)), kind, **options))
    assert names(black) == ["on white", "on black"]
    assert black.record.notes == ("transparency: judged on white and black",)
    on_white, on_black = (view.picture.pixels for view in black.views)
    assert np.ptp(on_white) > 240
    assert on_black.max() < 10


def test_palette_and_colour_key_transparency_count_too() -> None:
    rows = bytes([0] * 16 + [9] * 16) * 8
    key = chunk(b"tRNS", struct.pack(">H", 9))
    assert len(load(png(16, 16, 8, 0, rows, key)).views) == 2
    palette = chunk(b"PLTE", bytes(30)) + chunk(b"tRNS", bytes((255, *[255] * 8, 0)))
    assert len(load(png(16, 16, 8, 3, rows, palette)).views) == 2


def test_a_strong_gamma_is_judged_with_and_without() -> None:
    data = inserted(encode(scene(), "PNG"), chunk(b"gAMA", struct.pack(">I", 2000)))
    loaded = load(data)
    assert names(loaded) == ["gamma applied", "gamma ignored"]
    assert np.array_equal(loaded.views[1].picture.pixels, np.asarray(scene()))
    assert "judged with it and without" in loaded.record.notes[0]
    usual = inserted(encode(scene(), "PNG"), chunk(b"gAMA", struct.pack(">I", 45455)))
    assert names(load(usual)) == ["whole"]


MOVING = [scene(80, 60).rotate(index) for index in range(40)]
FORMATS = {"GIF": "GIF", "PNG": "APNG", "WEBP": "WEBP", "AVIF": "AVIF", "TIFF": "TIFF"}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_frame_hidden_in_an_animation_is_among_the_views(kind: str) -> None:
    frames = list(MOVING)
    odd = scene(80, 60, seed=9)
    frames[23] = odd
    loaded = load(animation(kind, frames))
    assert loaded.record.format == FORMATS[kind]
    assert loaded.record.frames == 40
    unit = "page" if kind == "TIFF" else "frame"
    assert loaded.record.notes[0] == f"8 of 40 {unit}s judged"
    by_name = {view.name: view.picture.pixels for view in loaded.views}
    assert len(by_name) == 8
    assert {f"{unit} 1 of 40", f"{unit} 24 of 40", f"{unit} 40 of 40"} <= set(by_name)
    found = by_name[f"{unit} 24 of 40"].astype(int)
    assert np.abs(found - np.asarray(odd)).mean() < 20


@examples(12)
@given(st.integers(2, 12), st.data())
def test_in_a_short_animation_every_different_frame_is_a_view(
    count: int, data: st.DataObject
) -> None:
    order = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    frames = [scene(16, 12, seed=seed) for seed in order]
    loaded = load(animation("TIFF", frames), Limits(max_frames=4))
    shown = {view.picture.digest for view in loaded.views}
    assert shown == {Picture(np.asarray(frame)).digest for frame in frames}
    assert loaded.record.frames == count


def test_equal_frames_are_judged_once() -> None:
    frames = [scene(16, 12, seed=index == 17) for index in range(30)]
    loaded = load(animation("TIFF", frames))
    assert names(loaded) == ["page 1 of 30", "page 18 of 30"]
    assert loaded.record.notes == ("2 of 30 pages judged, the others are equal to them",)


def test_pages_may_differ_in_size_mode_and_orientation() -> None:
    wide, tall = scene(60, 20), scene(20, 60).convert("L")
    loaded = load(animation("TIFF", [wide, tall]))
    assert [(v.picture.width, v.picture.height) for v in loaded.views] == [(60, 20), (20, 60)]
    assert loaded.record.notes == ("all 2 pages judged",)


@pytest.mark.parametrize("kind", ["TIFF", "MPO"])
def test_the_profile_of_a_page_is_not_used_for_the_next(kind: str) -> None:
    swapped, plain = scene(seed=1), scene(seed=2)
    swapped.info["icc_profile"] = swapping_profile()
    loaded = load(mpo([swapped, plain]) if kind == "MPO" else animation("TIFF", [swapped, plain]))
    first, second = (view.picture.pixels.astype(int) for view in loaded.views)
    assert np.abs(first - np.asarray(swapped)[..., [1, 0, 2]]).mean() < 8
    assert np.abs(second - np.asarray(plain)).mean() < 8


def test_texts_of_a_png_do_not_take_the_place_of_its_facts() -> None:
    """Keywords that Pillow keeps beside what it found itself."""
    plain = encode(cutout((0, 0, 0)), "PNG")
    dark = chunk(b"gAMA", struct.pack(">I", 2000))
    texts = [
        chunk(b"tEXt", key + b"\0" + b"1") for key in (b"gamma", b"icc_profile", b"transparency")
    ]
    assert load(inserted(plain, dark, *texts)).views == load(inserted(plain, dark)).views
    moving = animation("PNG", [scene(seed=1), cutout((0, 0, 0), 48).crop((0, 0, 48, 36))])
    at = moving.rindex(b"fcTL") - 4
    posed = moving[:at] + chunk(b"tEXt", b"blend\0" + b"9") + moving[at:]
    end = moving.rindex(b"fdAT") - 4
    late = moving[:end] + chunk(b"tEXt", b"blend\0" + b"9") + moving[end:]
    assert load(posed).views == load(late).views == load(moving).views


@pytest.mark.parametrize("kind", ["MPO", "HEIC"])
def test_every_picture_of_a_file_is_judged(kind: str) -> None:
    one, two = scene(64, 48, seed=1), scene(64, 48, seed=2)
    loaded = load(heic(one, two) if kind == "HEIC" else mpo([one, two]))
    assert loaded.record.format == kind
    assert names(loaded) == ["page 1 of 2", "page 2 of 2"]
    for view, image in zip(loaded.views, (one, two), strict=True):
        assert np.abs(view.picture.pixels.astype(int) - np.asarray(image)).mean() < 12


def test_a_transparent_animation_has_views_of_both_kinds() -> None:
    frames = [cutout((0, 0, 0)), cutout((200, 20, 20))]
    loaded = load(animation("PNG", frames))
    assert names(loaded) == ["frame 1 of 2, on white", "frame 1 of 2, on black", "frame 2 of 2"]


def test_the_hash_is_of_the_first_view_and_pixels_do_not_change_with_later_frames() -> None:
    frames = [scene(40, 40, seed=seed) for seed in range(12)]
    dark = chunk(b"gAMA", struct.pack(">I", 2000))
    for data in (
        encode(cutout((0, 0, 0)), "PNG"),
        inserted(encode(scene(), "PNG"), dark),
        animation("TIFF", frames),
        animation("PNG", frames),
    ):
        loaded = load(data)
        assert len(loaded.views) > 1
        assert loaded.record.phash == phash(loaded.views[0].picture)
    assert np.array_equal(loaded.views[0].picture.pixels, np.asarray(frames[0]))


def test_views_together_are_limited() -> None:
    data = animation("TIFF", [scene(40, 40, seed=seed) for seed in range(4)])
    assert len(load(data, Limits(max_view_pixels=6400)).views) == 4
    assert code(data, Limits(max_view_pixels=6399)) == "too_many_pixels"


def test_names_do_not_matter_and_files_are_left_alone(tmp_path: Path) -> None:
    data = encode(scene(), "PNG")
    path = tmp_path / "picture.jpg"
    path.write_bytes(data)
    path.chmod(0o444)
    assert load(read(path)) == load(data)
    assert load(data).record.format == "PNG"
    assert path.read_bytes() == data


def test_loading_is_the_same_in_many_threads() -> None:
    profiled = encode(DETAILED, "PNG", icc_profile=swapping_profile())
    files = [animation("GIF", MOVING[:12]), encode(cutout((0, 0, 0)), "PNG"), profiled]
    alone = [load(data) for data in files]
    together: dict[int, LoadedImage] = {}

    def work(number: int) -> None:
        together[number] = load(files[number % 3])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(9)] == alone * 3
