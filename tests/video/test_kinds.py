from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ImageError
from cluejudge.image import Code
from cluejudge.image.sniff import Format, sniff
from cluejudge.video import Kind, is_video
from cluejudge.video.kinds import kind_of
from tests.image.samples import animation, box, encode, heic, scene
from tests.image.samples import examples as tried
from tests.video.samples import KINDS, still, video

FILES = {kind: video([still(seed) for seed in range(3)], kind) for kind in KINDS}
PICTURES = {
    Format.PNG: encode(scene(), "PNG"),
    Format.WEBP: encode(scene(), "WEBP"),
    Format.AVIF: animation("AVIF", [scene(seed=1), scene(seed=2)]),
    Format.HEIC: heic(scene()),
}


@pytest.mark.parametrize("kind", Kind)
def test_videos_are_known_by_their_first_bytes(kind: Kind) -> None:
    head = FILES[kind][:4096]
    assert is_video(head)
    assert kind_of(head) is kind
    with pytest.raises(ImageError) as caught:
        sniff(head)
    assert caught.value.code == Code.VIDEO


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_are_no_videos(kind: Format) -> None:
    assert not is_video(PICTURES[kind][:4096])
    with pytest.raises(ImageError, match=f"a {kind} picture"):
        kind_of(PICTURES[kind])


def test_quicktime_files_without_a_brand_are_known() -> None:
    assert kind_of(box(b"moov", bytes(100))) is Kind.MOV
    assert kind_of(box(b"wide", b"") + box(b"mdat", bytes(9))) is Kind.MOV


def test_brands_of_makers_are_known_by_those_they_are_compatible_with() -> None:
    assert kind_of(box(b"ftyp", b"XAVC\0\0\0\0XAVCmp42")) is Kind.MP4
    assert not is_video(box(b"ftyp", b"abcd\0\0\0\0abcdefgh"))


@pytest.mark.parametrize(("size", "at"), [(188, 0), (192, 4), (204, 0)])
def test_transport_streams_of_all_sizes_are_known(size: int, at: int) -> None:
    packet = bytes(at) + b"G" + bytes(size - at - 1)
    assert kind_of(packet * 5) is Kind.MPEG_TS
    assert not is_video(packet * 3)


@pytest.mark.parametrize("head", [b"OggS" + bytes(60), b"FLV\1", b"\0\0\1\xba", b"RIFF0000WAVE"])
def test_other_videos_and_sounds_are_refused_as_such(head: bytes) -> None:
    assert not is_video(head)
    with pytest.raises(ImageError) as caught:
        kind_of(head)
    assert caught.value.code == Code.UNSUPPORTED_VIDEO


@tried(200)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_kind_or_refused(head: bytes) -> None:
    if is_video(head):
        assert kind_of(head) in Kind
    else:
        with pytest.raises(ImageError):
            kind_of(head)
