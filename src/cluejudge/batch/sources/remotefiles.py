"""Files behind a URL."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from cluejudge.batch.entries import Remote
from cluejudge.batch.sources.files import (
    Enter,
    Found,
    Kind,
    Unlisted,
    elsewhere,
    is_url,
    unread_folder,
)
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import asking, file_system, is_web, scheme
from cluejudge.image.files import HEAD_BYTES

_TAGS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime", "updated", "created")


class RemoteFiles:
    """Files below a URL; those of a listing are forgotten at once, for there may be many."""

    def __init__(self, url: str, storage: Mapping[str, str]) -> None:
        self._url = url.rstrip("/")
        self._storage = storage
        self._files, root = file_system(self._url, storage)
        self._root = root.rstrip("/")

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted | None]:
        """See `Files`. Links are what the file system makes of them."""
        under_way = [self._in("")]
        while under_way:
            found = next(under_way[-1], "")
            if found == "":
                under_way.pop()
            elif not isinstance(found, str):
                yield found
            elif enter(found):
                under_way.append(self._in(found))

    def _in(self, folder: str) -> Iterator[Found | Unlisted | str | None]:
        """What is in a folder; folders by their names."""
        path = self._path(folder)
        try:
            with asking(self._at(folder)):
                entries = self._files.ls(path, detail=True)
                self._files.invalidate_cache(path)
        except OSError as error:
            yield Unlisted(folder, unread_folder(error))
            return
        for entry in sorted(entries, key=lambda entry: str(entry["name"])):
            base = str(entry["name"]).rstrip("/").rpartition("/")[2]
            name = f"{folder}/{base}" if folder else base
            itself = entry["name"].rstrip("/") == path.rstrip("/")
            if itself and entry["type"] == "directory":
                yield Unlisted(f"{folder}/", unread_folder(OSError("a folder in it has no name")))
            elif base.startswith(".") and not itself:
                yield None
            elif not itself:
                yield name if entry["type"] == "directory" else Found(name, _stamp(entry))

    def kind(self, name: str) -> Kind:
        """See `Files`."""
        if is_web(self._url):
            return Kind.FILE
        try:
            with asking(self._at(name)):
                entry = self._files.info(self._path(name))
        except FileNotFoundError:
            return Kind.NOTHING
        return Kind.FOLDER if entry["type"] == "directory" else Kind.FILE

    def open(self, name: str) -> BinaryIO:
        """See `Files`."""
        with asking(self._at(name)):
            return io.BufferedReader(
                _Asked(self._files.open(self._path(name), "rb"), self._at(name))
            )

    def head(self, name: str) -> bytes:
        """See `Files`. An open file would ask for far more than that."""
        path = self._path(name)
        with asking(self._at(name)):
            try:
                return bytes(self._files.cat_file(path, start=0, end=HEAD_BYTES))
            except Exception:  # some servers give no part of a file that is empty
                if self._files.info(path)["size"] == 0:
                    return b""
                raise

    def stamp(self, name: str) -> str:
        """See `Files`."""
        try:
            with asking(self._at(name)):
                return _stamp(self._files.info(self._path(name)))
        except OSError:
            return ""

    def near_stamp(self, name: str) -> str:
        """See `Files`."""
        return ""

    def data(self, name: str) -> Path | Remote:
        """See `Files`."""
        if is_url(name):
            return elsewhere(name, self._storage if scheme(name) == scheme(self._url) else {})
        if name.startswith("/"):
            return Path(name)
        return Remote(_joined(self._url, name), self._storage)

    def label(self, name: str) -> str:
        """See `Files`."""
        return label(name.partition("?")[0] if is_web(self._url) else name)

    def _at(self, name: str) -> str:
        """The URL of a name, for people."""
        return f"{self._url}/{name}" if name else self._url

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


class _Asked(io.RawIOBase):
    """A file of a server, whose faults are told apart from those of what is in it."""

    def __init__(self, file: BinaryIO, url: str) -> None:
        self._file, self._url = file, url

    def readable(self) -> bool:
        """See `IOBase`."""
        return True

    def seekable(self) -> bool:
        """See `IOBase`."""
        return self._file.seekable()

    def readinto(self, buffer: Any) -> int:
        """See `RawIOBase`."""
        with asking(self._url):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, at: int, whence: int = 0) -> int:
        """See `IOBase`."""
        return self._file.seek(at, whence)

    def tell(self) -> int:
        """See `IOBase`."""
        return self._file.tell()

    def close(self) -> None:
        """See `IOBase`."""
        self._file.close()
        super().close()


def _joined(url: str, name: str) -> str:
    """A relative name behind a URL; object stores do not know what `..` means.

    As on the web, it leads no higher than to the root of the host or the bucket.
    """
    if not {".", ".."} & set(name.split("/")):
        return f"{url}/{name}"
    kind, _, path = url.partition("://")
    root, _, folder = path.partition("/")
    return f"{kind}://{root}{posixpath.normpath(posixpath.join('/', folder, name))}"


def _stamp(entry: Mapping[str, Any]) -> str:
    tag = next((str(entry[name]) for name in _TAGS if entry.get(name) is not None), "")
    return f"{entry.get('size')} {tag}".strip()
