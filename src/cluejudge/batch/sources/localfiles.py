"""Files of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from cluejudge.batch.entries import Remote
from cluejudge.batch.sources.files import (
    LOCAL,
    Enter,
    Found,
    IrregularFileError,
    Kind,
    Unlisted,
    elsewhere,
    is_url,
    unread_folder,
)
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import scheme
from cluejudge.image.files import HEAD_BYTES, all_below

_HERE = ("http", "https", *LOCAL)


class LocalFiles:
    """Files below a folder of this machine. `storage` is for URLs that a list in it names."""

    def __init__(self, root: Path, storage: Mapping[str, str]) -> None:
        self.root = root
        self._storage = storage

    def below(self, enter: Enter, *, links: bool) -> Iterator[Found | Unlisted | None]:
        """See `Files`."""
        start = len(os.path.join(self.root, ""))

        def relative(path: Path | str) -> str:
            return str(path)[start:].replace(os.sep, "/")

        for path in all_below(self.root, lambda folder: enter(relative(folder)), links=links):
            if path is None:
                yield None
            elif isinstance(path, OSError):
                yield Unlisted(relative(path.filename), unread_folder(path))
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
