"""What frames look like as pictures: turned, stretched, transparent, scaled; and covers."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from cluejudge.errors import ImageError
from cluejudge.image import Code, LoadedImage
from cluejudge.settings import Limits, Sampling
from cluejudge.video import load_video
from tests.image.loaded import names
from tests.image.samples import encode as picture_file
from tests.image.samples import scene
from tests.video.samples import Pixels, encode, flat, silence, steady, still, video

ONE = 0x10000
TURNS: dict[str, tuple[tuple[int, int, int, int], Callable[[Pixels], Pixels]]] = {
    "rotate 270": ((0, ONE, -ONE, 0), lambda p: np.rot90(p, -1)),
    "rotate 180": ((-ONE, 0, 0, -ONE), lambda p: p[::-1, ::-1]),
    "rotate 90": ((0, -ONE, ONE, 0), lambda p: np.rot90(p, 1)),
    "flip left right": ((-ONE, 0, 0, ONE), lambda p: p[:, ::-1]),
    "flip top bottom": ((ONE, 0, 0, -ONE), lambda p: p[::-1]),
    "transpose": ((0, ONE, ONE, 0), lambda p: p.transpose(1, 0, 2)),
    "transverse": ((0, -ONE, -ONE, 0), lambda p: p[::-1, ::-1].transpose(1, 0, 2)),
}


def turned(matrix: tuple[int, int, int, int]) -> bytes:
    """An MP4 whose track has a display matrix, which is put in the header's place for it."""
    data = video([still(1)])
    a, b, c, d = (value.to_bytes(4, "big", signed=True) for value in matrix)
    plain = b"".join(value.to_bytes(4, "big") for value in (ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000))
    at = data.index(plain, data.index(b"tkhd"))
    zero = bytes(4)
    return data[:at] + a + b + zero + c + d + zero + data[at + 24 :]


def shown(loaded: LoadedImage, place: int = 0) -> NDArray[np.int64]:
    return loaded.views[place].picture.pixels.astype(int)


@pytest.mark.parametrize("name", TURNS)
def test_frames_are_turned_as_the_file_says(name: str) -> None:
    matrix, turn = TURNS[name]
    loaded = load_video(turned(matrix))
    expected = turn(still(1))
    assert shown(loaded).shape == expected.shape
    assert np.abs(shown(loaded) - expected).mean() < 12
    assert f"turned as the file says: {name}" in loaded.record.notes


def test_a_turn_by_no_right_angle_is_told_and_left() -> None:
    half = 46341
    loaded = load_video(turned((half, half, -half, half)))
    assert shown(loaded).shape == (48, 64, 3)
    assert "a rotation that is not by a right angle was not applied" in loaded.record.notes


def test_pixels_that_are_not_square_are_shown_as_wide_as_they_are() -> None:
    loaded = load_video(video([still(1)], "MP4", sample_aspect_ratio=Fraction(2, 1)))
    assert (loaded.record.width, loaded.record.height) == (128, 48)
    assert "pixels 2 times as wide as high: shown so" in loaded.record.notes
    absurd = load_video(video([still(1)], "MP4", sample_aspect_ratio=Fraction(50, 1)))
    assert (absurd.record.width, absurd.record.height) == (64, 48)


def test_large_frames_are_scaled_down() -> None:
    loaded = load_video(video([still(1, 2560, 1440)], "MOV"))
    assert (loaded.record.width, loaded.record.height) == (1920, 1080)
    assert "frames of 2560 x 1440 pixels scaled down" in loaded.record.notes


@pytest.mark.parametrize("kind", ["MP4", "WEBM", "MPEG-TS"])
@pytest.mark.parametrize("colour", [(200, 30, 40), (20, 180, 60), (30, 40, 210), (128, 128, 128)])
def test_colours_are_kept(kind: str, colour: tuple[int, int, int]) -> None:
    pixels = flat(0) + np.asarray(colour, np.uint8)
    assert np.abs(shown(load_video(video([pixels], kind))) - colour).max() < 12


def transparent(*frames: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        track = container.add_stream("libvpx-vp9", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuva420p"
        encode(container, track, frames)
    return buffer.getvalue()


def test_what_only_the_transparency_shows_is_judged_on_white_and_on_black() -> None:
    """All of its pixels are black: what is drawn is drawn in transparency alone."""
    drawn = np.zeros((48, 64, 4), np.uint8)
    drawn[12:36, 16:48, 3] = 255
    loaded = load_video(transparent(drawn, drawn))
    assert names(loaded)[:2] == ["at 0.00 s, on white", "at 0.00 s, on black"]
    assert shown(loaded)[2, 2].min() > 240
    assert shown(loaded)[24, 32].max() < 15
    assert loaded.shortfall is None


def with_cover(picture: bytes, codec: str = "mjpeg") -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        cover = container.add_stream(codec, rate=1)
        cover.width, cover.height, cover.pix_fmt = 40, 30, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        packet = av.Packet(picture)
        packet.stream, packet.pts, packet.dts, packet.time_base = cover, 0, 0, Fraction(1, 10)
        encode(container, track, steady(3))
        container.mux(packet)
    return buffer.getvalue()


def test_a_cover_picture_is_judged_and_stands_for_no_time() -> None:
    loaded = load_video(with_cover(picture_file(scene(40, 30, seed=7), "JPEG")))
    assert names(loaded) == ["at 0.00 s", "cover"]
    assert np.abs(shown(loaded, 1) - np.asarray(scene(40, 30, seed=7))).mean() < 12
    assert loaded.views[1].spans == ()
    assert loaded.record.frames == 3


def test_a_cover_picture_that_cannot_be_decoded_is_not_passed_over() -> None:
    whole = picture_file(scene(40, 30, seed=7), "JPEG")
    with pytest.raises(ImageError, match="cover picture") as caught:
        load_video(with_cover(whole[:300]))
    assert caught.value.code == Code.TRUNCATED
    with pytest.raises(ImageError, match="cover picture"):
        load_video(with_cover(whole), Limits(min_side=35))


def test_sound_is_not_listened_to() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=8000)
        encode(container, track, steady(5))
        silence(container, sound)
    loaded = load_video(buffer.getvalue(), sampling=Sampling())
    assert names(loaded) == ["at 0.00 s"]
    assert loaded.shortfall is None
