from __future__ import annotations

import pytest

from cluejudge.image.deadline import Deadline
from cluejudge.video.files import opened
from cluejudge.video.kinds import Kind
from cluejudge.video.wholeness import missing
from tests.image.samples import box
from tests.video.samples import KINDS, still, video

FILES = {kind: video([still(seed) for seed in range(3)], kind) for kind in KINDS}


def gap(data: bytes, kind: Kind) -> str:
    with opened(data, 2**20, Deadline.after(10)) as file:
        return missing(file, kind)


@pytest.mark.parametrize("kind", Kind)
def test_of_a_whole_file_nothing_is_missing(kind: Kind) -> None:
    assert gap(FILES[kind], kind) == ""


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MPEG_TS])
def test_a_cut_file_misses_something(kind: Kind) -> None:
    assert gap(FILES[kind][:-20], kind)


def test_what_comes_behind_the_boxes_is_no_gap() -> None:
    assert gap(FILES[Kind.MP4] + b"appended by some camera", Kind.MP4) == ""
    assert gap(FILES[Kind.MP4] + box(b"free", b"")[:6], Kind.MP4) == ""


def test_a_box_that_claims_more_than_any_file_holds_ends_the_walk() -> None:
    endless = b"\0\0\0\1free" + b"\xff" * 8
    assert gap(FILES[Kind.MP4] + endless, Kind.MP4) == ""
    assert gap(FILES[Kind.MP4] + endless.replace(b"free", b"mdat"), Kind.MP4) != ""


def test_a_last_box_without_a_size_goes_to_the_end() -> None:
    head = box(b"ftyp", b"isom\0\0\0\0isom")
    assert gap(head + b"\0\0\0\0mdat" + bytes(50), Kind.MP4) == ""


def test_a_live_recording_does_not_say_how_long_it_is() -> None:
    segment = b"\x18\x53\x80\x67"
    whole = FILES[Kind.WEBM]
    at = whole.index(segment) + 4
    live = whole[:at] + b"\x01" + b"\xff" * 7 + whole[at + 8 :]
    assert gap(live[:-30], Kind.WEBM) == ""
