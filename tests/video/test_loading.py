from __future__ import annotations

import hashlib
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cluejudge.errors import ImageError
from cluejudge.image import Code, LoadedImage, Span
from cluejudge.settings import Limits, Sampling
from cluejudge.video import load_video
from tests.image.loaded import names
from tests.image.samples import encode as picture_file
from tests.image.samples import scene
from tests.video.samples import KINDS, STEADY, flat, sound, steady, still, tracks, video


def near(loaded: LoadedImage, name: str, pixels: np.ndarray) -> bool:
    """Whether a view shows `pixels`, but for what coding takes away."""
    (found,) = [view.picture.pixels for view in loaded.views if view.name == name]
    same = found.shape == pixels.shape
    return same and np.abs(found.astype(int) - pixels).mean() < 12


def refused(data: bytes | Path, limits: Limits | None = None, **sampling: float) -> str:
    with pytest.raises(ImageError) as caught:
        load_video(data, limits, Sampling.model_validate(sampling))
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_is_sampled_by_time(kind: str) -> None:
    data = video([*steady(15), *steady(15, seed=2)], kind)
    loaded = load_video(data, sampling=STEADY)
    assert loaded.record.format == kind
    assert loaded.record.frames == 30
    assert loaded.record.sha256 == hashlib.sha256(data).hexdigest()
    assert (loaded.record.width, loaded.record.height) == (64, 48)
    assert loaded.shortfall is None
    assert near(loaded, "at 0.00 s", still(1))
    assert near(loaded, "at 1.50 s", still(2))
    first = [view for view in loaded.views if float(view.name.split()[1]) < 1.5]
    assert sum(s.end - s.start for view in first for s in view.spans) == pytest.approx(1.5)


def test_the_views_of_a_track_cover_all_of_its_time_once() -> None:
    frames = [still(seed) for seed in range(7)] + steady(20) + [still(9)] + steady(12)
    loaded = load_video(video(frames), sampling=STEADY)
    spans = sorted((s.start, s.end) for view in loaded.views for s in view.spans)
    assert spans[0][0] == 0
    assert spans[-1][1] == 4
    assert all(one[1] == two[0] for one, two in pairwise(spans))


@pytest.mark.parametrize("place", [1, 13, 37])
def test_a_flash_between_the_samples_is_judged(place: int) -> None:
    frames = steady(40)
    frames[place] = still(9)
    loaded = load_video(video(frames, "MKV"), sampling=Sampling(every=2, max_frames=4))
    name = f"at {place / 10:.2f} s"
    assert near(loaded, name, still(9))
    (view,) = [view for view in loaded.views if view.name == name]
    assert view.spans == (Span(start=place / 10, end=(place + 1) / 10),)


def test_a_cut_is_told_to_the_frame() -> None:
    frames = [*steady(13), *steady(27, seed=2)]
    loaded = load_video(video(frames), sampling=Sampling(every=1, max_frames=8))
    after = [view.spans for view in loaded.views if near(loaded, view.name, still(2))]
    assert min(span.start for spans in after for span in spans) == 1.3


def test_a_cut_back_behind_the_last_moment_is_told() -> None:
    frames = [*steady(8), *steady(14, seed=2), *steady(6)]
    loaded = load_video(video(frames, "MKV"), sampling=Sampling(every=1, max_frames=8))
    assert [view.spans for view in loaded.views] == [
        (Span(start=0, end=0.8), Span(start=2.2, end=2.8)),
        (Span(start=0.8, end=2.2),),
    ]


def test_no_more_frames_than_allowed() -> None:
    frames = [still(seed) for seed in range(40)]
    loaded = load_video(video(frames), sampling=Sampling(every=0.1, max_frames=6))
    assert len(loaded.views) <= 6
    assert loaded.record.notes == ("6 of 40 frames judged",)


def test_frames_of_unequal_length_are_taken_at_their_own_times() -> None:
    frames = [still(seed) for seed in range(4)]
    data = video(frames, "MKV", times=[0, 100, 5100, 5200])
    loaded = load_video(data, sampling=Sampling(every=10, max_frames=32))
    assert names(loaded) == ["at 0.00 s", "at 0.10 s", "at 5.10 s", "at 5.20 s"]
    assert loaded.views[1].spans == (Span(start=0.1, end=5.1),)


def test_times_start_at_the_first_frame() -> None:
    data = video([still(1), still(2)], "MKV", times=[7000, 7400])
    assert names(load_video(data)) == ["at 0.00 s", "at 0.40 s"]


def test_behind_a_clock_that_goes_back_all_is_sampled_as_before() -> None:
    data = video(steady(20), "MPEG-TS") + video(steady(20, seed=2), "MPEG-TS")
    loaded = load_video(data, sampling=STEADY)
    assert names(loaded)[0] == "at 0.00 s"
    after = [view for view in loaded.views if near(loaded, view.name, still(2))]
    spans = sorted((span.start, span.end) for view in after for span in view.spans)
    assert (spans[0][0], spans[-1][1]) == (2, 4)
    assert "8 of 40 frames judged" in loaded.record.notes


def test_frames_that_are_close_have_names_of_their_own() -> None:
    data = video([still(seed) for seed in range(4)], "MKV", times=[0, 2, 4, 3001])
    assert names(load_video(data))[:3] == ["at 0.000 s", "at 0.002 s", "at 0.004 s"]
    times = [0, 3000, 3001, 3002]
    data = video([still(seed) for seed in range(4)], "MKV", times=times)
    found = names(load_video(data, sampling=Sampling(every=0.001, max_frames=32)))
    assert found == [f"at {time / 1000:.3f} s" for time in times]


def test_one_frame_is_enough() -> None:
    loaded = load_video(video([still(1)]))
    assert names(loaded) == ["at 0.00 s"]
    assert loaded.views[0].spans == (Span(start=0, end=0.1),)


def test_a_path_is_read_as_bytes_are(tmp_path: Path) -> None:
    data = video([*steady(5), still(2)])
    path = tmp_path / "clip.txt"
    path.write_bytes(data)
    assert load_video(path) == load_video(data)
    assert path.read_bytes() == data


def test_the_same_file_gives_the_same_pixels_again() -> None:
    data = video([still(seed) for seed in range(12)])
    assert load_video(data) == load_video(data)


def test_all_tracks_are_judged_with_a_share_of_the_frames_each() -> None:
    data = tracks([steady(12), [still(seed) for seed in range(12)]])
    loaded = load_video(data, sampling=Sampling(every=0.1, max_frames=8))
    assert loaded.record.frames == 24
    assert "at 0.00 s of track 1" in names(loaded)
    assert sum(name.endswith(" s of track 2") for name in names(loaded)) == 4
    assert loaded.record.notes[1] == "4 of 12 frames judged of track 2"


def test_more_tracks_than_can_be_judged_are_refused() -> None:
    assert refused(tracks([steady(2)] * 3), max_frames=5) == Code.TOO_MANY_FRAMES


def test_sound_alone_is_refused() -> None:
    assert refused(sound("mp4")) == Code.NO_VIDEO
    assert refused(sound("matroska")) == Code.NO_VIDEO


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.EMPTY),
        (picture_file(scene(), "PNG"), Code.UNKNOWN_TYPE),
        (b"FLV\x01" + bytes(100), Code.UNSUPPORTED_VIDEO),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", Code.UNKNOWN_TYPE),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", Code.UNKNOWN_TYPE),
    ],
)
def test_what_is_no_such_video_is_refused(data: bytes, code: Code) -> None:
    assert refused(data) == code


def test_files_that_are_not_there_or_not_files_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.mp4") == Code.MISSING
    assert refused(tmp_path) == Code.DIRECTORY


def test_limits_are_kept() -> None:
    data = video([flat(100)])
    assert refused(data, max_video_bytes=len(data) - 1) == Code.TOO_MANY_BYTES
    assert refused(data, max_video_seconds=1e-9) == Code.TOO_SLOW
    assert refused(data, Limits(max_pixels=64 * 48 - 1)) == Code.TOO_MANY_PIXELS
    assert refused(data, Limits(min_side=50)) == Code.TOO_SMALL
    assert refused(data, Limits(max_side=60)) == Code.SIDE_TOO_LONG
    several = video([still(seed) for seed in range(8)])
    assert refused(several, Limits(max_view_pixels=4 * 64 * 48)) == Code.TOO_MANY_PIXELS


def test_without_pyav_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = video([flat(10)])
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ImageError, match=r"cluejudge\[video\]") as caught:
        load_video(data)
    assert caught.value.code == Code.NEEDS_EXTRA
