from __future__ import annotations

import functools
import io
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import fsspec
import pytest

from cluejudge.batch.entries import Refusal, Remote
from cluejudge.batch.plan import InputFormat
from cluejudge.batch.sources import remote
from cluejudge.batch.sources.remote import UnreachableError, read_remote, shown
from cluejudge.errors import ImageError
from cluejudge.settings import Limits, Sampling
from tests.batch.sources.making import (
    BLUE,
    RED,
    arrow,
    entries,
    fetched,
    opened,
    parquet,
    put,
    served,
    tar,
)


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
