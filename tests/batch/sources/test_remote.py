from __future__ import annotations

import functools
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from cluejudge.batch.entries import Remote
from cluejudge.batch.sources import remote
from cluejudge.batch.sources.remote import file_system, read_remote
from cluejudge.errors import ImageError, MissingExtraError, UsageError
from cluejudge.settings import Limits, Sampling
from tests.batch.sources.making import (
    BLUE,
    RED,
    arrow,
    carried,
    entries,
    fetched,
    ids,
    opened,
    parquet,
    put,
    served,
    state,
    tar,
    write,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The URL of a web server that serves `tmp_path`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with served(functools.partial(Quiet, directory=str(tmp_path))) as url:
        yield url


def test_a_remote_folder_is_listed_as_one_here(bucket: str, tmp_path: Path) -> None:
    files = {"b.png": RED, "a/z": BLUE, "a/.h.png": RED, "notes.txt": b"no", "c/d/e.mp4": b""}
    here, there = opened(write(tmp_path, files)), opened(put(bucket, files))
    assert ids(there) == ids(here) == ["a/z", "b.png", "c/d/e.mp4"]
    assert there.passed_over == here.passed_over == 2
    assert fetched(there)["b.png"] == Remote(f"{bucket}/b.png", {})
    assert read_remote(Remote(f"{bucket}/a/z"), Limits(), Sampling()) == BLUE
    assert ids(opened(f"{bucket}/**/*.png")) == ids(opened(f"{tmp_path}/**/*.png")) == ["b.png"]
    assert ids(opened(f"{bucket}/b.png")) == ["b.png"]


def test_stamps_change_with_remote_files(bucket: str) -> None:
    before = entries(opened(put(bucket, {"a.png": RED, "b.png": RED})))
    put(bucket, {"b.png": BLUE})
    after = entries(opened(bucket))
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]


def test_every_kind_of_collection_may_be_remote(bucket: str) -> None:
    put(
        bucket,
        {
            "tables/t.parquet": parquet({"image": [RED, BLUE], "n": [1, 2]}),
            "tars/t.tar": tar([("0.png", RED), ("0.txt", b"one")]),
            "tars/u.tar.gz": tar([("1.png", BLUE)], "w:gz"),
            "set/state.json": state("d.arrow"),
            "set/d.arrow": arrow([RED], [BLUE]),
            "list.csv": b"file,n\na.png,1\nhttps://example.org/b.png,2\n/c.png,3\n./x/../d.png,4\n",
            "a.png": RED,
        },
    )
    tables = opened(f"{bucket}/tables", carry=["n"])
    assert fetched(tables) == {"t.parquet#0": RED, "t.parquet#1": BLUE}
    assert carried(tables) == {"n": [1, 2]}
    assert fetched(opened(f"{bucket}/tars/*.tar*")) == {"t.tar/0.png": RED, "u.tar.gz/1.png": BLUE}
    assert fetched(opened(f"{bucket}/set")) == {"d.arrow#0": RED, "d.arrow#1": BLUE}
    storage = {"a": "b"}
    assert fetched(opened(f"{bucket}/list.csv", storage=storage)) == {
        "a.png": Remote(f"{bucket}/a.png", storage),
        "https://example.org/b.png": Remote("https://example.org/b.png", {}),
        "/c.png": Path("/c.png"),
        "./x/../d.png": Remote(f"{bucket}/d.png", storage),
    }


def test_no_relative_name_leads_out_of_the_bucket(bucket: str) -> None:
    put(bucket, {"deep/list.txt": b"../../../up.png\n"})
    assert fetched(opened(f"{bucket}/deep/list.txt")) == {
        "../../../up.png": Remote(f"{bucket}/up.png", {})
    }


def test_options_go_where_they_belong(tmp_path: Path) -> None:
    write(tmp_path, {"l.txt": b"s3://b/a.png\nhttps://example.org/b.png\n"})
    found = fetched(opened(tmp_path / "l.txt", storage={"key": "k"}))
    assert found["s3://b/a.png"] == Remote("s3://b/a.png", {"key": "k"})
    assert found["https://example.org/b.png"] == Remote("https://example.org/b.png", {})


def test_options_are_typed_where_they_say_so() -> None:
    given = {"anon": "true", "key": "123", "client_kwargs": '{"x": 1}', "odd": "[", "token": "null"}
    files, _ = file_system("memory://x", given)
    assert files.storage_options == {
        "anon": True,
        "key": "123",
        "client_kwargs": {"x": 1},
        "odd": "[",
        "token": None,
    }


def test_a_web_server_gives_files(site: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.png": RED, "empty": b"", "t.tar": tar([("0.png", RED)]), "l.txt": b"a.png"})
    assert read_remote(Remote(f"{site}/a.png"), Limits(), Sampling()) == RED
    assert read_remote(Remote(f"HTTP{site[4:]}/a.png"), Limits(), Sampling()) == RED
    for name, limits, code in (
        ("absent", Limits(), "missing"),
        ("empty", Limits(), "empty"),
        ("a.png", Limits(max_bytes=10), "too_many_bytes"),
    ):
        with pytest.raises(ImageError) as told:
            read_remote(Remote(f"{site}/{name}"), limits, Sampling())
        assert told.value.code == code
    source = opened(f"{site}/l.txt?token=secret")
    assert fetched(source) == {"a.png": Remote(f"{site}/a.png", {})}
    assert source.card["where"] == f"{site}/l.txt"


def test_a_url_that_is_none_is_a_refusal() -> None:
    with pytest.raises(ImageError) as told:
        read_remote(Remote("http://[::1/a.png"), Limits(), Sampling())
    assert told.value.code == "fetch_failed"


def test_a_missing_library_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> Any:
        raise ImportError("Install s3fs")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    with pytest.raises(MissingExtraError, match=r"cluejudge\[s3\]"):
        opened("s3://b/x.parquet")
    with pytest.raises(UsageError, match="Install s3fs"):
        opened("gs://b/x.parquet")
    with pytest.raises(ImageError) as told:
        read_remote(Remote("s3://b/a.png"), Limits(), Sampling())
    assert told.value.code == remote.FETCH_FAILED


def test_a_scheme_that_nobody_knows_is_told() -> None:
    with pytest.raises(UsageError, match="nonsense"):
        opened("nonsense://x/y")
