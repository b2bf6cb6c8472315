"""The files of a collection, on this machine or behind a URL, by names relative to its root."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias
from urllib.parse import unquote, urlsplit

from cluejudge.batch.entries import Refusal, Remote
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import brief, faults, file_system, is_web, scheme, shown
from cluejudge.errors import UsageError
from cluejudge.image.files import HEAD_BYTES, files_below
from cluejudge.image.refusals import Code

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOCAL = ("file", "local")
_TAGS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime", "updated", "created")
_HERE = ("http", "https", *_LOCAL)

Enter: TypeAlias = Callable[[str], bool]
"""Whether a folder, by its name relative to the root, is to be looked into."""


class Kind(Enum):
    """What is behind a name."""

    FILE = "file"
    FOLDER = "folder"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Found:
    """A file; `stamp` changes when its content does."""

    name: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder that could not be read, and why."""

    name: str
    why: Refusal


class IrregularFileError(OSError):
    """A pipe, a device or a socket, which is never read."""


class Files(Protocol):
    """Files under a root. Names are relative to it, absolute paths of this machine, or URLs."""

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted]:
        """All files below the root, sorted within each folder, as `files_below` gives them."""
        ...

    def kind(self, name: str) -> Kind:
        """What `name` is; the empty one is the root. Raises `OSError` if nobody can tell."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file that is there, to read in it. Raises `OSError`."""
        ...

    def head(self, name: str) -> bytes:
        """The first bytes of a file that is there. Raises `OSError`."""
        ...

    def stamp(self, name: str) -> str:
        """The stamp of a file as in `Found`; empty if it cannot be told."""
        ...

    def near_stamp(self, name: str) -> str:
        """The same, and empty too where to ask costs as much as to fetch."""
        ...

    def data(self, name: str) -> Path | Remote:
        """Where a worker finds a file."""
        ...

    def label(self, name: str) -> str:
        """`name` as an id, and for people."""
        ...


class LocalFiles:
    """Files below a folder of this machine. `storage` is for URLs that a list in it names."""

    def __init__(self, root: Path, storage: Mapping[str, str]) -> None:
        self.root = root
        self._storage = storage

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted]:
        """See `Files`."""
        start = len(os.path.join(self.root, ""))

        def relative(path: Path | str) -> str:
            return str(path)[start:].replace(os.sep, "/")

        for path in files_below(self.root, lambda folder: enter(relative(folder)), links=links):
            if isinstance(path, OSError):
                yield Unlisted(relative(path.filename), _refusal(path))
            else:
                name = relative(path)
                yield Found(name, self.stamp(name))

    def kind(self, name: str) -> Kind:
        """See `Files`."""
        path = self.root / name
        if path.is_dir():
            return Kind.FOLDER
        return Kind.FILE if path.exists() else Kind.NOTHING

    def open(self, name: str) -> BinaryIO:
        """See `Files`."""
        path = self.root / name
        if not path.is_file() and path.exists():
            raise IrregularFileError(f"{label(path.name)} is a pipe, a device or a socket")
        return path.open("rb")

    def head(self, name: str) -> bytes:
        """See `Files`."""
        with self.open(name) as file:
            return file.read(HEAD_BYTES)

    def stamp(self, name: str) -> str:
        """See `Files`."""
        try:
            facts = os.stat(self.root / name)
        except (OSError, ValueError):
            return ""
        return f"{facts.st_size} {facts.st_mtime_ns}"

    def near_stamp(self, name: str) -> str:
        """See `Files`."""
        return "" if is_url(name) else self.stamp(name)

    def data(self, name: str) -> Path | Remote:
        """See `Files`."""
        if is_url(name):
            return elsewhere(name, {} if scheme(name) in _HERE else self._storage)
        return self.root / name

    def label(self, name: str) -> str:
        """See `Files`."""
        return label(name)


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
            yield Unlisted(folder, _refusal(error))
            return
        for entry in sorted(entries, key=lambda entry: str(entry["name"])):
            base = str(entry["name"]).rstrip("/").rpartition("/")[2]
            name = f"{folder}/{base}" if folder else base
            itself = entry["name"].rstrip("/") == path.rstrip("/")
            if itself and entry["type"] == "directory":
                yield Unlisted(f"{folder}/", _refusal(OSError("a folder in it has no name")))
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


def open_files(where: str, storage: Mapping[str, str]) -> Files:
    """The files below a folder or a URL. Raises as `file_system` does."""
    if not is_url(where):
        return LocalFiles(Path(where), storage)
    if scheme(where) in _LOCAL:
        return LocalFiles(local_path(where), storage)
    if urlsplit(where).password is not None:
        raise UsageError(
            f"the URL {shown(where)} holds a password",
            hint="give it as an option of the storage, or in the file system's configuration",
        )
    return RemoteFiles(where, storage)


def is_url(name: str) -> bool:
    """Whether `name` begins like a URL."""
    return _URL.match(name) is not None


def local_path(url: str) -> Path:
    """The path in a `file://` URL."""
    return Path(unquote(url.partition("://")[2]))


def elsewhere(url: str, storage: Mapping[str, str]) -> Path | Remote:
    """Where a worker finds what a list names by its URL."""
    return local_path(url) if scheme(url) in _LOCAL else Remote(url, storage)


def _joined(url: str, name: str) -> str:
    """A relative name behind a URL; object stores do not know what `..` means."""
    if not {".", ".."} & set(name.split("/")):
        return f"{url}/{name}"
    kind, _, path = url.partition("://")
    return f"{kind}://{posixpath.normpath(f'{path}/{name}')}"


def _refusal(error: OSError) -> Refusal:
    denied = isinstance(error, PermissionError)
    code = Code.NO_PERMISSION if denied else Code.UNREADABLE
    return Refusal(code.value, f"the folder cannot be read: {brief(error)}")


def _stamp(entry: Mapping[str, Any]) -> str:
    tag = next((str(entry[name]) for name in _TAGS if entry.get(name) is not None), "")
    return f"{entry.get('size')} {tag}".strip()
