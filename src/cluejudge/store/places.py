"""Where kept images lie: a folder, or whatever fsspec opens by a URL, such as S3."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from cluejudge.errors import MissingExtraError, StoreError, UsageError

_HALF = ".part"
_HALF_SECONDS = 3600


class Place(Protocol):
    """Files by name. All raise StoreError where the place does not do as it should."""

    def write(self, name: str, data: bytes) -> None:
        """Make the file; one that is there already is left alone."""
        ...

    def read(self, name: str) -> bytes | None:
        """What is in the file; None if there is none."""
        ...

    def delete(self, name: str) -> None:
        """Remove the file, if it is there."""
        ...

    def sweep(self) -> None:
        """Remove what writers that were stopped have left behind."""
        ...


def open_place(place: str, *, make: bool = True) -> Place:
    """The place `place`: a folder, which is made, or a URL such as `s3://bucket/images`.

    Without `make` a folder is made when something is written into it only. Raises UsageError for
    a place that cannot be used, MissingExtraError where a library is missing.
    """
    if not place.strip():
        raise UsageError("images are to be kept nowhere", hint="give a folder or s3://BUCKET/PATH")
    if "://" not in place:
        return Folder(Path(place), make=make)
    parts = urlsplit(place)
    if parts.password is not None:
        raise UsageError(
            "the URL for kept images holds a password",
            hint="give it in the environment or in the configuration of the file system",
        )
    if parts.scheme in {"file", "local"}:
        return Folder(Path(parts.path), make=make)
    return Remote(place)


class Folder:
    """Files in a folder of this machine, that its owner alone may read; each is whole."""

    def __init__(self, root: Path, *, make: bool) -> None:
        self._root = root
        if make:
            with _told(str(root)):
                root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """See `Place`."""
        path = self._path(name)
        half = path.with_name(f"{name}.{secrets.token_hex(8)}{_HALF}")
        with _told(str(self._root)):
            if path.exists():
                return
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with open(half, "xb", opener=_private) as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                half.replace(path)
            finally:
                half.unlink(missing_ok=True)

    def read(self, name: str) -> bytes | None:
        """See `Place`."""
        with _told(str(self._root)):
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                return None

    def delete(self, name: str) -> None:
        """See `Place`."""
        with _told(str(self._root)):
            self._path(name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """See `Place`; what is younger than an hour may still be written."""
        old = time.time() - _HALF_SECONDS
        with _told(str(self._root)):
            for half in self._root.glob(f"??/*{_HALF}"):
                # Another process may have finished or removed it since.
                with suppress(FileNotFoundError):
                    if half.stat().st_mtime < old:
                        half.unlink()

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


class Remote:
    """Files behind a URL that fsspec knows.

    Object stores write a file whole or not at all; of others a half-written one has another size,
    and is written again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._files, root = _file_system(url)
        self._root = root.rstrip("/")

    def write(self, name: str, data: bytes) -> None:
        """See `Place`."""
        with _told(self._url):
            if self._size(name) != len(data):
                self._files.pipe_file(self._path(name), data)

    def read(self, name: str) -> bytes | None:
        """See `Place`."""
        with _told(self._url):
            try:
                return bytes(self._files.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def delete(self, name: str) -> None:
        """See `Place`."""
        with _told(self._url), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def sweep(self) -> None:
        """See `Place`; nothing is written under another name here."""

    def _size(self, name: str) -> int | None:
        try:
            return int(self._files.info(self._path(name))["size"])
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def _file_system(url: str) -> tuple[Any, str]:
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtraError(f"keeping images at {scheme}://", "serve") from error
    try:
        files, root = url_to_fs(url)
    except ImportError as error:
        if scheme in {"s3", "s3a"}:
            raise MissingExtraError(f"keeping images at {scheme}://", "s3") from error
        raise UsageError(f"images cannot be kept at {scheme}://", hint=str(error)) from error
    except Exception as error:  # whatever a file system says of a URL it cannot use
        raise UsageError(f"images cannot be kept at {url}: {error}") from error
    if not root.strip("/") and scheme != "memory":
        raise UsageError(f"{url} names no place for images", hint="for example s3://BUCKET/PATH")
    return files, root


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Tell what a file system says in our own words: each raises its own kinds of errors."""
    try:
        yield
    except Exception as error:
        raise StoreError(
            f"the kept images at {place} cannot be reached: {type(error).__name__}: {error}",
            hint="is it there, may it be written, is there room?",
            retryable=True,
        ) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
