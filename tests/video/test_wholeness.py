from __future__ import annotations

import pytest

from cluejudge.image.deadline import Deadline
from cluejudge.video.files import opened
from cluejudge.video.kinds import Kind
from cluejudge.video.wholeness import missing
from tests.image.samples import box
from tests.video.samples import KINDS, still, video

CLUSTER, BLOCK = b"\x1f\x43\xb6\x75", b"\xa3"
FILES = {kind: video([still(seed) for seed in range(3)], kind) for kind in KINDS}


def gap(data: bytes, kind: Kind) -> str:
    with opened(data, 2**20, Deadline.after(10)) as file:
        return missing(file, kind)


@pytest.mark.parametrize("kind", Kind)
def test_of_a_whole_file_nothing_is_missing(kind: Kind) -> None:
    assert gap(FILES[kind], kind) == ""


@pytest.mark.parametrize("kind", Kind)
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


def live() -> bytes:
    """A recording of one cluster, neither of which says how long it is."""
    frames = [still(seed) for seed in range(3)]
    whole = video(frames, "WEBM", options={"live": "1", "cluster_time_limit": "100000"})
    at = whole.index(CLUSTER) + len(CLUSTER)
    size = 9 - whole[at].bit_length()
    return whole[:at] + b"\x01" + b"\xff" * 7 + whole[at + size :]


def test_of_a_live_recording_only_a_block_that_is_cut_short_is_missed() -> None:
    whole = live()
    block = whole.index(BLOCK, whole.index(CLUSTER) + 12)
    assert gap(whole, Kind.WEBM) == ""
    assert gap(whole + bytes(40), Kind.WEBM) == ""
    assert gap(whole[:block], Kind.WEBM) == ""
    for more in (1, 2, 12):
        assert gap(whole[: block + more], Kind.WEBM)


def test_of_a_fragmented_file_the_last_fragment_may_be_without_its_data() -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    whole = video([still(seed) for seed in range(3)], options=options)
    data = whole.index(b"mdat") - 4
    assert gap(whole, Kind.MP4) == ""
    assert gap(whole[:data], Kind.MP4) == "its last fragment has no data"


@pytest.mark.parametrize("extra", [b"", b"behind the packets", bytes(187)])
def test_of_a_transport_stream_only_a_packet_that_is_cut_short_is_missed(extra: bytes) -> None:
    whole = FILES[Kind.MPEG_TS]
    assert gap(whole[:-188] + extra, Kind.MPEG_TS) == ""
    assert gap(whole[:-187], Kind.MPEG_TS)
