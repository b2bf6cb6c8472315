"""The files of a collection, on this machine or behind a URL, by names relative to its root."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias
from urllib.parse import unquote

from cluejudge.batch.entries import Refusal, Remote
from cluejudge.batch.sources.remote import brief, scheme
from cluejudge.image.refusals import Code

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
LOCAL = ("file", "local")
"""The schemes of URLs for files of this machine."""

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

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted | None]:
        """All files below the root, sorted within each folder, as `all_below` gives them."""
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


def is_url(name: str) -> bool:
    """Whether `name` begins like a URL."""
    return _URL.match(name) is not None


def local_path(url: str) -> Path:
    """The path in a `file://` URL."""
    return Path(unquote(url.partition("://")[2]))


def elsewhere(url: str, storage: Mapping[str, str]) -> Path | Remote:
    """Where a worker finds what a list names by its URL."""
    return local_path(url) if scheme(url) in LOCAL else Remote(url, storage)


def unread_folder(error: OSError) -> Refusal:
    """Why a folder is `Unlisted`."""
    denied = isinstance(error, PermissionError)
    code = Code.NO_PERMISSION if denied else Code.UNREADABLE
    return Refusal(code.value, f"the folder cannot be read: {brief(error)}")
