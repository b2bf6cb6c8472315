from __future__ import annotations

import functools
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest

from cluejudge.batch.entries import Refusal, Remote
from cluejudge.batch.plan import InputFormat
from cluejudge.batch.sources import remote
from cluejudge.batch.sources.remote import UnreachableError, file_system, read_remote, shown
from cluejudge.errors import ImageError, MissingExtraError, UsageError
from cluejudge.settings import Limits, Sampling
from tests.batch.sources.making import (
    BLUE,
    RED,
    carried,
    entries,
    fetched,
    ids,
    opened,
    tar,
    write,
)
from tests.batch.sources.test_huggingface import arrow, state
from tests.batch.sources.test_tables import parquet


@pytest.fixture
def bucket() -> Iterator[str]:
    """The URL of a folder in memory."""
    name = f"bucket-{uuid4().hex}"
    yield f"memory://{name}"
    files = fsspec.filesystem("memory")
    if files.exists(f"/{name}"):
        files.rm(f"/{name}", recursive=True)


def put(bucket: str, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        fsspec.filesystem("memory").pipe(f"{bucket}/{name}", data)
    return bucket


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The URL of a web server that serves `tmp_path`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with served(functools.partial(Quiet, directory=str(tmp_path))) as url:
        yield url


@contextmanager
def served(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


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


class Slow(BaseHTTPRequestHandler):
    """Gives 300 kB little by little; of what is called `cut` half of it."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send_response(500 if "wrong" in self.path else 200)
        self.send_header("Content-Length", "300000")
        self.end_headers()
        for _ in range(1 if "cut" in self.path else 2):
            self.wfile.write(b"x" * 150_000)
            self.wfile.flush()
            time.sleep(0.05)


def test_what_a_web_server_gives_little_by_little_is_read_to_its_end() -> None:
    with served(Slow) as site:
        assert read_remote(Remote(f"{site}/a.png"), Limits(), Sampling()) == b"x" * 300_000
        for name, limits, code in (
            ("a.png", Limits(max_bytes=200_000), "too_many_bytes"),
            ("cut.png", Limits(), "fetch_failed"),
        ):
            with pytest.raises(ImageError) as told:
                read_remote(Remote(f"{site}/{name}"), limits, Sampling())
            assert told.value.code == code


def test_what_a_web_server_says_keeps_the_secrets_of_the_address() -> None:
    with served(Slow) as site:
        address = f"{site.replace('//', '//me:hidden@')}/wrong a.png?token=sec ret"
        with pytest.raises(ImageError) as told:
            read_remote(Remote(address), Limits(), Sampling())
    assert "500" in str(told.value)
    assert not any(one in str(told.value) for one in ("hidden", "sec"))


def test_what_a_server_does_not_give_is_a_refusal_that_keeps_its_secrets() -> None:
    with pytest.raises(ImageError) as told:
        read_remote(Remote("http://127.0.0.1:1/a.png?token=secret"), Limits(), Sampling())
    assert told.value.code == "fetch_failed"
    assert "secret" not in str(told.value)
    assert "127.0.0.1" in str(told.value)
    assert shown("s3://key:secret@b/a?versionId=1") == "s3://b/a?versionId=1"
    assert shown("https://key:secret@[b/a") == "https://..."


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


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Faulty:
    """What becomes of all that is asked of files and folders whose path ends with a name."""
    faulty = Faulty()
    files = type(fsspec.filesystem("memory"))
    for name in ("ls", "info", "cat_file", "open"):
        monkeypatch.setattr(files, name, faulty.instead_of(getattr(files, name)))
    return faulty


class Faulty:
    name, error = "", OSError()
    late = False
    """Whether files are opened, and give nothing then."""

    def instead_of(self, method: Any) -> Any:
        @functools.wraps(method)
        def asked(files: object, path: str, *given: object, **options: object) -> object:
            if not self.name or not path.endswith(self.name):
                return method(files, path, *given, **options)
            if not self.late:
                raise self.error
            found = method(files, path, *given, **options)
            return Broken(self.error, found) if method.__name__ == "open" else found

        return asked


class Broken(io.BytesIO):
    def __init__(self, error: Exception, file: Any) -> None:
        super().__init__(file.read())
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self.error


def test_a_remote_folder_that_may_not_be_read_is_a_row(bucket: str, faulty: Faulty) -> None:
    put(bucket, {"a.png": RED, "closed/b.png": RED})
    faulty.name, faulty.error = "closed", PermissionError(13, "denied")
    found = fetched(opened(bucket))
    assert found["closed"] == Refusal("no_permission", "the folder cannot be read: denied")


COLLECTIONS = {
    "t.parquet": parquet({"image": [RED, BLUE], "n": [1, 2]}),
    "t.tar": tar([("0.png", RED), ("1.png", BLUE)]),
    "t.tar.gz": tar([("0.png", RED), ("1.png", BLUE)], "w:gz"),
    "t.arrow": arrow([RED], [BLUE]),
    "t": RED,
    "d/a.png": RED,
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_listing_that_a_server_breaks_off_can_be_made_again(
    name: str, late: bool, bucket: str, faulty: Faulty
) -> None:
    kind = InputFormat.HUGGINGFACE if name == "t.arrow" else InputFormat.AUTO
    where = put(bucket, {f"0{name}": COLLECTIONS[name], name: COLLECTIONS[name]})
    if kind is InputFormat.HUGGINGFACE:
        where += "/*t.arrow"
    whole = entries(opened(where, kind))
    faulty.name, faulty.error = name.partition("/")[0], ConnectionError("reset")
    faulty.late = late
    if not late or name.startswith("t."):
        with pytest.raises(UnreachableError, match=r"was not given: reset .*again"):
            list(opened(where, kind).listing())
    faulty.name = ""
    assert entries(opened(where, kind)) == whole


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", [name for name in COLLECTIONS if name.startswith("t.")])
def test_rows_that_a_server_did_not_give_are_refused_until_it_does(
    name: str, late: bool, bucket: str, faulty: Faulty
) -> None:
    kind = InputFormat.HUGGINGFACE if name == "t.arrow" else InputFormat.AUTO
    source = opened(f"{put(bucket, {name: COLLECTIONS[name]})}/{name}", kind)
    rows = entries(source)
    faulty.name, faulty.error, faulty.late = name, ConnectionError("reset"), late
    for one in source.fetch(rows):
        assert isinstance(one.data, Refusal)
        assert one.data.code == remote.FETCH_FAILED
    faulty.name = ""
    assert [one.data for one in source.fetch(rows)] == [RED, BLUE]
