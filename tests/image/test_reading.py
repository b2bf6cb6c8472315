from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cluejudge.errors import ImageError
from cluejudge.image import read
from cluejudge.image.reading import check_bytes
from cluejudge.settings import Limits

SMALL = Limits(max_bytes=10)


def code(source: str | Path | bytes, limits: Limits = SMALL) -> str:
    with pytest.raises(ImageError) as caught:
        read(source, limits)
    assert caught.value.hint
    return caught.value.code


def test_a_file_is_read_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(b"0123456789")
    path.chmod(0o444)
    before = path.stat()
    assert read(path, SMALL) == read(str(path), SMALL) == b"0123456789"
    after = path.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)


def test_the_limit_is_the_last_allowed_byte(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"0" * 11)
    assert code(path) == "too_many_bytes"
    assert code(b"0" * 11) == "too_many_bytes"
    assert read(b"0" * 10, SMALL) == b"0" * 10


def test_no_more_than_one_byte_over_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert code(path) == "too_many_bytes"


def test_nothing_is_an_input_too(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert code(path) == code(b"") == "empty"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert code(tmp_path) == "directory"
    assert code(tmp_path / "nothing") == "missing"
    assert code(tmp_path / "file" / "below") == "missing"
    assert code("a\0b") == "missing"
    assert code("x" * 10_000) == "unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert code(path) == "not_a_file"
    assert code("/dev/null") == "not_a_file"


def test_a_forbidden_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"0")

    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)  # file modes do not stop root
    assert code(path) == "no_permission"


def test_checking_bytes_alone() -> None:
    check_bytes(b"0", SMALL)
    with pytest.raises(ImageError):
        check_bytes(b"", SMALL)
