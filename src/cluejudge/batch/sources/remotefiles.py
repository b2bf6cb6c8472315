"""Files behind a URL."""

from __future__ import annotations

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
from cluejudge.batch.sources.remote import faults, file_system, is_web, scheme
from cluejudge.image.files import HEAD_BYTES

_TAGS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime", "updated", "created")


class RemoteFiles:
    """Files below a URL; those of a listing are forgotten at once, for there may be many."""

    def __init__(self, url: str, storage: Mapping[str, str]) -> None:
        self._url = url.rstrip("/")
        self._storage = storage
        self._files, root = file_system(self._url, storage)
        self._root = root.rstrip("/")

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted]:
        """See `Files`. Links are what the file system makes of them."""
        yield from self._below("", enter)

    def _below(self, folder: str, enter: Enter) -> Iterator[Found | Unlisted]:
        path = self._path(folder)
        try:
            with faults():
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
            elif base.startswith(".") or itself:
                continue
            elif entry["type"] != "directory":
                yield Found(name, _stamp(entry))
            elif enter(name):
                yield from self._below(name, enter)

    def kind(self, name: str) -> Kind:
        """See `Files`."""
        if is_web(self._url):
            return Kind.FILE
        try:
            with faults():
                entry = self._files.info(self._path(name))
        except FileNotFoundError:
            return Kind.NOTHING
        return Kind.FOLDER if entry["type"] == "directory" else Kind.FILE

    def open(self, name: str) -> BinaryIO:
        """See `Files`."""
        with faults():
            file: BinaryIO = self._files.open(self._path(name), "rb")
        return file

    def head(self, name: str) -> bytes:
        """See `Files`. An open file would ask for far more than that."""
        path = self._path(name)
        with faults():
            try:
                return bytes(self._files.cat_file(path, start=0, end=HEAD_BYTES))
            except Exception:  # some servers give no part of a file that is empty
                if self._files.info(path)["size"] == 0:
                    return b""
                raise

    def stamp(self, name: str) -> str:
        """See `Files`."""
        try:
            with faults():
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

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def _joined(url: str, name: str) -> str:
    """A relative name behind a URL; object stores do not know what `..` means."""
    if not {".", ".."} & set(name.split("/")):
        return f"{url}/{name}"
    kind, _, path = url.partition("://")
    return f"{kind}://{posixpath.normpath(f'{path}/{name}')}"


def _stamp(entry: Mapping[str, Any]) -> str:
    tag = next((str(entry[name]) for name in _TAGS if entry.get(name) is not None), "")
    return f"{entry.get('size')} {tag}".strip()
