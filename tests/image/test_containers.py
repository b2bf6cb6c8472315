from __future__ import annotations

import struct
import time

import pytest

from cluejudge.errors import ImageError
from cluejudge.image.containers import boxes, check_container
from cluejudge.image.deadline import Deadline
from cluejudge.image.sniff import Format
from cluejudge.settings import Limits
from tests.image.samples import animation, box, chunk, encode, heic, inserted, scene

FRAMES = [scene(seed=seed) for seed in range(3)]
APNG = animation("PNG", FRAMES)
GIF = animation("GIF", FRAMES)
LIMITS = Limits()


def check(data: bytes, kind: Format, limits: Limits = LIMITS) -> None:
    check_container(data, kind, limits, Deadline.after(10))


def code(data: bytes, kind: Format, limits: Limits = LIMITS) -> str:
    with pytest.raises(ImageError) as caught:
        check(data, kind, limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (APNG, Format.PNG),
        (animation("PNG", FRAMES, default_image=True), Format.PNG),
        (GIF, Format.GIF),
        (animation("WEBP", FRAMES), Format.WEBP),
        (encode(FRAMES[0], "TIFF", compression="tiff_lzw"), Format.TIFF),
        (animation("AVIF", FRAMES), Format.AVIF),
        (heic(*FRAMES), Format.HEIC),
    ],
)
def test_whole_files_pass_and_cut_ones_do_not(data: bytes, kind: Format) -> None:
    check(data, kind)
    assert code(data[: len(data) * 2 // 3], kind) == "truncated"


@pytest.mark.parametrize(
    "data",
    [
        APNG.replace(b"fcTL", b"xxTL", 1),  # one frame fewer than declared
        inserted(APNG, chunk(b"acTL", struct.pack(">II", 3, 0))),  # declared twice
        inserted(encode(FRAMES[0], "PNG"), chunk(b"acTL", struct.pack(">II", 0, 0))),
    ],
)
def test_an_animation_that_viewers_disagree_on_is_refused(data: bytes) -> None:
    assert code(data, Format.PNG) == "corrupt"


def test_frames_are_counted_before_they_are_decoded() -> None:
    few = Limits(max_total_frames=2)
    assert code(APNG, Format.PNG, few) == "too_many_frames"
    assert code(GIF, Format.GIF, few) == "too_many_frames"


def test_a_gif_frame_cannot_grow_the_canvas_beyond_the_limits() -> None:
    at = GIF.rindex(b"\x21\xf9\x04") + 8
    assert GIF[at : at + 1] == b","
    grown = GIF[: at + 1] + struct.pack("<HHHH", 60_000, 60_000, 5, 5) + GIF[at + 9 :]
    assert code(grown, Format.GIF) == "side_too_long"


def test_a_gif_of_a_header_alone_is_cut() -> None:
    assert code(GIF[:10], Format.GIF) == "truncated"


def test_a_gif_that_is_cut_between_two_frames_may_have_had_more() -> None:
    deadline = Deadline.after(10)
    at = GIF.rindex(b"\x21\xf9\x04")
    for cut in (GIF[:at], GIF[:-1]):
        shortfall = check_container(cut, Format.GIF, LIMITS, deadline)
        assert shortfall is not None
        assert shortfall.code == "truncated"
    assert check_container(GIF, Format.GIF, LIMITS, deadline) is None
    assert check_container(GIF + b"behind it", Format.GIF, LIMITS, deadline) is None


def test_a_video_in_a_heic_is_refused() -> None:
    assert code(heic(FRAMES[0]) + box(b"moov"), Format.HEIC) == "hidden_video"


def test_boxes_of_every_way_to_write_a_size_are_walked() -> None:
    long = struct.pack(">I4sQ", 1, b"long", 16)
    data = box(b"ftyp", b"avif") + long + struct.pack(">I4s", 0, b"mdat") + b"to the end"
    assert list(boxes(data, Deadline.after(10))) == [b"ftyp", b"long", b"mdat"]


def test_walking_is_timed() -> None:
    late = Deadline(0.0, 1.0, time.monotonic)
    for data, kind in ((APNG, Format.PNG), (GIF, Format.GIF), (heic(FRAMES[0]), Format.HEIC)):
        with pytest.raises(ImageError) as caught:
            check_container(data, kind, LIMITS, late)
        assert caught.value.code == "too_slow"
