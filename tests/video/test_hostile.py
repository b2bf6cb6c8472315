"""Broken and hostile files: a reason or a verdict that is never silently safe, and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ImageError
from cluejudge.image import Code, LoadedImage
from cluejudge.image.deadline import Deadline
from cluejudge.settings import Limits, Sampling
from cluejudge.video import load_video
from cluejudge.video.demuxing import DECODERS, demuxed
from cluejudge.video.files import opened
from cluejudge.video.kinds import Kind
from tests.image.samples import box, examples
from tests.video.samples import KINDS, still, streamed, video

FILES = {kind: video([still(seed) for seed in range(12)], kind) for kind in KINDS}
FEW = Sampling(every=0.3, max_frames=6)


def attempt(data: bytes) -> LoadedImage | ImageError:
    """What comes of `data`; any other exception fails the test."""
    try:
        loaded = load_video(data, sampling=FEW)
    except ImageError as error:
        return ImageError(Code(error.code).value, str(error))
    assert loaded.views
    return loaded


@examples(60)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_cut_files_are_refused_or_judged_in_part(kind: str, data: st.DataObject) -> None:
    whole = FILES[kind]
    cut = data.draw(st.integers(0, len(whole) - 1))
    found = attempt(whole[:cut])
    padding = kind == "AVI" and cut == len(whole) - 1  # some writers count it and leave it out
    between = kind == "MPEG-TS" and cut % 188 == 0  # two packets: nothing tells of more
    if not (padding or between) and isinstance(found, LoadedImage):
        assert found.shortfall is not None
        assert found.shortfall.code == Code.TRUNCATED


@examples(60)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_changed_bytes_never_raise_anything_else(kind: str, data: st.DataObject) -> None:
    broken = bytearray(FILES[kind])
    places = st.integers(0, len(broken) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=24)):
        broken[place] = value
    attempt(bytes(broken))


@examples(60)
@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=200), st.data())
def test_bytes_put_in_or_taken_out_never_raise_anything_else(
    kind: str, junk: bytes, data: st.DataObject
) -> None:
    whole = FILES[kind]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    attempt(whole[:start] + junk + whole[end:])


@pytest.mark.parametrize("share", [0.4, 0.7, 0.97])
def test_what_is_before_a_break_is_judged_and_the_rest_is_told(share: float) -> None:
    whole = streamed()
    found = load_video(whole[: int(len(whole) * share)], sampling=FEW)
    assert found.views[0].name == "at 0.00 s"
    assert found.record.frames < 40
    assert found.shortfall is not None
    assert found.shortfall.code == Code.TRUNCATED
    assert "cut short" in found.shortfall.reason


@pytest.mark.parametrize("lost", [200, 600, 900, 2000])
def test_a_cut_file_without_its_list_of_frames_is_truncated(lost: int) -> None:
    with pytest.raises(ImageError, match="too early") as caught:
        load_video(FILES["MP4"][:-lost])
    assert caught.value.code == Code.TRUNCATED


@pytest.mark.parametrize("kind", ["MP4", "MOV", "WEBM", "AVI"])
@pytest.mark.parametrize("place", [0, 1, 6])
def test_packets_that_cannot_be_decoded_are_told(kind: str, place: int) -> None:
    whole = FILES[kind]
    with av.open(io.BytesIO(whole)) as container:
        packet = [bytes(packet) for packet in container.demux() if packet.size][place]
    found = load_video(whole.replace(packet, bytes(len(packet))), sampling=FEW)
    assert found.record.frames < 12
    assert found.shortfall is not None
    assert found.shortfall.code == Code.CORRUPT
    assert "cannot be decoded" in found.shortfall.reason


def test_a_recording_that_begins_between_two_key_frames_is_judged_from_the_next() -> None:
    whole = video([still(seed) for seed in range(30)], "MPEG-TS")
    with av.open(io.BytesIO(whole)) as container:
        places = [packet.pos for packet in container.demux() if packet.size]
    tables = whole[: places[0]]
    found = load_video(tables + whole[places[4] :], sampling=FEW)
    assert found.shortfall is None
    assert 20 <= found.record.frames <= 26


@pytest.mark.parametrize("kind", Kind)
def test_no_playlist_is_read_whatever_it_is_taken_for(kind: Kind, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(FILES["MP4"])
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    with (
        opened(playlist.encode(), 2**20, Deadline.after(10)) as file,
        pytest.raises(ImageError) as caught,
        demuxed(file, kind, Limits()),
    ):
        pass
    assert caught.value.code in {Code.CORRUPT, Code.TRUNCATED}


def test_a_box_that_is_longer_than_any_file_ends_the_walk() -> None:
    huge = box(b"ftyp", b"isom\0\0\0\0isom") + b"\0\0\0\1mdat" + b"\x7f" + b"\xff" * 7
    assert isinstance(attempt(huge), ImageError)
    many = box(b"ftyp", b"isom\0\0\0\0isom") + box(b"free", b"") * 5000
    assert isinstance(attempt(many), ImageError)


def test_frames_larger_than_the_file_says_are_not_made_room_for() -> None:
    """The header says 64 x 48, the frames are of 640 x 480."""
    data = video([still(seed, 640, 480) for seed in range(3)], "MOV")
    at = data.index(b"jpeg", data.index(b"stsd")) + 28
    assert data[at : at + 4] == (640).to_bytes(2, "big") + (480).to_bytes(2, "big")
    lying = data[:at] + (64).to_bytes(2, "big") + (48).to_bytes(2, "big") + data[at + 4 :]
    for most in (5_000, 200_000):
        with pytest.raises(ImageError) as caught:
            load_video(lying, Limits(max_pixels=most))
        assert caught.value.code in {Code.CORRUPT, Code.TOO_MANY_PIXELS}


def test_a_decoder_that_is_not_known_to_be_sound_is_not_used() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="avi") as container:
        track = container.add_stream("zmbv", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "bgr0"
        frame = av.VideoFrame.from_ndarray(still(1), format="rgb24")
        container.mux(track.encode(frame.reformat(format="bgr0")))
        container.mux(track.encode(None))
    assert "zmbv" not in DECODERS
    found = attempt(buffer.getvalue())
    assert isinstance(found, ImageError)
    assert found.code == Code.UNSUPPORTED_VIDEO


def test_nothing_is_written_to_the_terminal() -> None:
    code = (
        "import sys\n"
        "from cluejudge.errors import ImageError\n"
        "from cluejudge.video import load_video\n"
        "data = bytearray(sys.stdin.buffer.read())\n"
        "for at in range(0, len(data), 199):\n"
        "    broken = bytes(data[:at]) + b'\\xff' + bytes(data[at + 1:])\n"
        "    try: load_video(broken)\n"
        "    except ImageError: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=FILES["MP4"], capture_output=True, check=True
    )
    assert done.stdout == b""
    assert done.stderr == b""
