from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from cluejudge.errors import MissingExtraError, StoreError, UsageError
from cluejudge.store.places import Folder, Place, Remote, open_place
from tests.store import buckets

fsspec = pytest.importorskip("fsspec", reason="what opens URLs is not installed: fsspec")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[buckets.Buckets]:
    """A stand-in for S3 with the bucket `pictures`, where s3fs will look for one."""
    s3fs = pytest.importorskip("s3fs", reason="no client of S3: pip install 'cluejudge[s3]'")
    # It keeps its connections, to the stand-in of an earlier test too.
    s3fs.S3FileSystem.clear_instance_cache()
    with buckets.serving("pictures") as served:
        monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield served


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of each kind."""
    if request.param == "s3":
        request.getfixturevalue("bucket")
        return open_place("s3://pictures/for/review")
    urls = {
        "folder": str(tmp_path / "a" / "b"),
        "file": f"file://{tmp_path / 'c'}",
        "memory": f"memory://{tmp_path.name}/",
    }
    return open_place(urls[request.param])


def test_a_file_is_there_once_it_is_written_until_it_is_deleted(place: Place) -> None:
    assert place.read("abc") is None
    place.write("abc", b"one")
    place.write("abd", b"")
    assert place.read("abc") == b"one"
    assert place.read("abd") == b""
    place.delete("abc")
    place.delete("abc")
    assert place.read("abc") is None
    assert place.read("abd") == b""
    place.sweep()


def test_a_whole_file_is_left_alone(place: Place) -> None:
    place.write("abc", b"one")
    place.write("abc", b"two")
    assert place.read("abc") == b"one"


def test_a_half_written_file_is_written_again(tmp_path: Path) -> None:
    url = f"memory://{tmp_path.name}"
    fsspec.filesystem("memory").pipe_file(f"/{tmp_path.name}/abc", b"on")
    place = open_place(url)
    place.write("abc", b"one")
    assert place.read("abc") == b"one"


def test_what_is_a_folder_and_what_is_not(tmp_path: Path) -> None:
    assert isinstance(open_place(f"file://{tmp_path}"), Folder)
    assert isinstance(open_place("memory://x"), Remote)


def test_images_lie_in_the_bucket_under_the_path(bucket: buckets.Buckets) -> None:
    open_place("s3://pictures/for/review/").write("abc", b"one")
    assert bucket.objects == {"/pictures/for/review/abc": b"one"}


def test_a_bucket_that_is_not_there_or_refuses_is_told(bucket: buckets.Buckets) -> None:
    with pytest.raises(StoreError, match="kept images at s3://nowhere cannot be reached"):
        open_place("s3://nowhere").write("abc", b"one")
    bucket.refusing = True
    place = open_place("s3://pictures/x")
    for call in (
        partial(place.write, "abc", b"one"),
        partial(place.read, "abc"),
        partial(place.delete, "abc"),
    ):
        with pytest.raises(StoreError, match="cannot be reached") as raised:
            call()
        assert "hidden" not in str(raised.value)
    assert bucket.objects == {}


def test_without_the_client_of_s3_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'cluejudge\[s3\]'"):
        open_place("s3://pictures/for/review")


def test_without_fsspec_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ModuleType("fsspec")
    monkeypatch.setitem(sys.modules, "fsspec", broken)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cluejudge\[serve\]'"):
        open_place("memory://x")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "kept nowhere"),
        ("  ", "kept nowhere"),
        ("nonsense://x", "cannot be kept at nonsense://x"),
        ("s3://", "names no place"),
    ],
)
def test_places_that_cannot_be(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_place(url)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="holds a password") as raised:
        open_place("sftp://me:secret@host/images")
    assert "secret" not in str(raised.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be reached"):
        open_place(str(tmp_path / "file" / "kept"))
