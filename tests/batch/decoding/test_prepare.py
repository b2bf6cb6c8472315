"""A row becomes an image or a reason, with the digest of its bytes, and nothing is raised."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from cluejudge.batch.decoding.prepare import prepare
from cluejudge.batch.entries import Data, Prepared, Refusal, Remote
from cluejudge.image import LoadedImage
from cluejudge.settings import Limits, Sampling
from tests.batch.decoding.rows import fetched, png, written
from tests.video.samples import flat, video


def prepared(data: Data | Refusal, limits: Limits = Limits()) -> Prepared:
    return prepare(fetched(data), limits, Sampling(), lambda seconds: None)


def code(found: Prepared) -> str:
    assert isinstance(found.image, Refusal)
    return found.image.code


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_bytes_files_and_urls_are_the_same_picture(tmp_path: Path) -> None:
    path = written(tmp_path, "a.png", png())
    found = [prepared(data) for data in (png(), path, Remote(path.as_uri()))]
    assert found[0] == found[1] == found[2]
    assert found[0].sha256 == sha256(png())
    assert isinstance(found[0].image, LoadedImage)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png()[:-20], "truncated"),
        (b"", "empty"),
        (b"hello there, this is no picture", "unknown_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (png(side=2), "too_small"),
    ],
)
def test_what_cannot_be_judged_has_its_reason_and_its_digest(
    tmp_path: Path, data: bytes, expected: str
) -> None:
    for found in (prepared(data), prepared(written(tmp_path, "a.png", data))):
        assert code(found) == expected
        assert found.sha256 == (sha256(data) if data else "")


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    assert code(prepared(tmp_path / "gone.png")) == "missing"
    assert code(prepared(tmp_path)) == "directory"
    assert code(prepared(Remote((tmp_path / "gone.png").as_uri()))) == "missing"


def test_what_could_not_be_fetched_keeps_its_reason() -> None:
    found = prepared(Refusal("fetch_failed", "the server said 500"))
    assert (code(found), found.sha256) == ("fetch_failed", "")


def test_limits_hold(tmp_path: Path) -> None:
    small = Limits(max_bytes=50)
    assert code(prepared(png(), small)) == "too_many_bytes"
    assert code(prepared(written(tmp_path, "a.png", png()), small)) == "too_many_bytes"
    assert code(prepared(png(side=64), Limits(max_pixels=100))) == "too_many_pixels"


def test_animations_are_sampled_by_time() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=1000)
    found = prepared(buffer.getvalue()).image
    assert isinstance(found, LoadedImage)
    assert [[(span.start, span.end) for span in view.spans] for view in found.views] == [
        [(0, 1)],
        [(1, 2)],
        [(2, 3)],
    ]


def test_videos_are_sampled_and_not_bound_by_the_bytes_of_an_image(tmp_path: Path) -> None:
    data = video([flat(level) for level in (0, 90, 200)] * 2, "MP4")
    path = written(tmp_path, "a.mp4", data)
    unnamed = written(tmp_path, "a.bin", data)
    for source in (data, path, Remote(path.as_uri()), Remote(unnamed.as_uri())):
        found = prepared(source, Limits(max_bytes=100))
        assert isinstance(found.image, LoadedImage)
        assert len(found.image.views) > 1
        assert all(view.spans for view in found.image.views)
        assert found.sha256 == sha256(data)
    other = written(tmp_path, "b.mp4", png() + bytes(100))
    assert code(prepared(Remote(other.as_uri()), Limits(max_bytes=100))) == "too_many_bytes"
    few = Sampling(max_video_bytes=len(data) - 1)
    for source in (path, Remote(path.as_uri()), Remote(unnamed.as_uri())):
        refused = prepare(fetched(source), Limits(max_bytes=100), few, lambda seconds: None)
        assert code(refused) == "too_many_bytes"


def test_a_broken_video_has_its_reason_and_its_digest(tmp_path: Path) -> None:
    data = video([flat(90)] * 3, "MP4")[:200]
    for source in (data, written(tmp_path, "a.mp4", data)):
        found = prepared(source)
        assert code(found) in {"truncated", "corrupt"}
        assert found.sha256 == sha256(data)


def test_each_step_says_how_long_it_may_take(tmp_path: Path) -> None:
    told: list[float] = []
    limits = Limits(max_seconds=3)
    prepare(fetched(written(tmp_path, "a.png", png())), limits, Sampling(), told.append)
    assert len(told) == 2
    assert told[0] > told[1] > limits.max_seconds
