"""Tars, plain or compressed, read forwards; an end that is no end is told."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from cluejudge.batch.sources.files import Files
from cluejudge.batch.sources.remote import faults

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


_MOST_TIMES, _SMALL = 2000, 2**30
"""Gzip makes nothing smaller than a thousandth; others make a terabyte of nothing a megabyte."""

_MOST_FILLING, _LONGEST_HEADERS, _MOST_NAMES = 2**24, 2**15, 1000
_ENDLESS_NUMBER = re.compile(rb"\d{256}")


@dataclass(frozen=True, slots=True)
class TarFile:
    """One file in a tar, and where its bytes are in what the tar is unpacked.

    `whole` is false for a link, or for a file with holes: its bytes are not there.
    """

    name: str
    offset: int
    size: int
    whole: bool = True


_PACKED: tuple[tuple[bytes, Callable[..., Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)


@contextmanager
def unpacked(files: Files, name: str) -> Iterator[tuple[BinaryIO, int]]:
    """A tar as it was before it was compressed, and how many bytes that may be at most.

    Raises `OSError`.
    """
    with faults(), files.open(name) as file:
        begins = file.read(6)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        unpack = next((one for magic, one in _PACKED if begins.startswith(magic)), None)
        if unpack is None:
            yield file, sys.maxsize
        else:
            with unpack(file) as stream:
                yield stream, _MOST_TIMES * size + _SMALL


def tar_files(stream: BinaryIO, most: int) -> Iterator[TarFile | None]:
    """The files of a tar, in order; `stream` stands where the bytes of the last one begin.

    None stands for a hidden one. Tars that follow one another in the same file are read on. Raises
    `OSError` where it is broken or made to be read for ever, has files beyond the first `most`
    bytes, and where it ends without an end mark.
    """
    headers = _Headers(stream, most)
    at = 0
    with faults(), _Tar.open(fileobj=headers, mode="r:", tarinfo=_Header, ignore_zeros=True) as tar:  # type: ignore[call-overload]
        while (info := tar.next()) is not None:
            if info.size < 0 or tar.offset <= at or len(tar.pax_headers) > _MOST_NAMES:
                raise OSError("it is broken: its headers lead nowhere")
            at = tar.offset
            tar.members = []  # or all of them are kept
            headers.of_next_file()
            name = info.name.removeprefix("./")
            if _is_hidden(name):
                yield None
            elif not info.isdir():
                whole = info.isreg() and not info.issparse()
                yield TarFile(name, info.offset_data, info.size, whole)


class _Headers:
    """What `tarfile` reads of a tar: headers, and no more of them than a file can need."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = stream, most
        self.tell = stream.tell
        self.of_next_file()

    def of_next_file(self) -> None:
        """So much may be between two files: blocks, as what fills a tar up, and long headers."""
        self._blocks, self._long = _MOST_FILLING, _LONGEST_HEADERS

    def read(self, size: int) -> bytes:
        """As a file does. Raises `OSError` for too much."""
        if size > tarfile.BLOCKSIZE:
            self._long -= size
        else:
            self._blocks -= size
        if size < 0 or self._long < 0 or self._blocks < 0:
            raise OSError("there is too much between two of its files")
        data = self._stream.read(size)
        if size > tarfile.BLOCKSIZE and _ENDLESS_NUMBER.search(data):  # slow to read
            raise OSError("it is broken: a header has a number without end")
        return data

    def seek(self, at: int) -> int:
        """As a file does. Raises `OSError` behind all that it may have."""
        if at > self._most:
            raise OSError(f"it unpacks to more than {_MOST_TIMES} times its size")
        return self._stream.seek(at)


class _Tar(tarfile.TarFile):
    members: list[tarfile.TarInfo]
    ended = False
    """Whether the last block was an end mark."""


class _Header(tarfile.TarInfo):
    """A header; what is none is an error, where `tarfile` would take it for the end."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> _Header:
        """See `TarInfo`."""
        marked = cast("_Tar", tar)
        try:
            info = super().fromtarfile(tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            marked.ended = True
            raise
        except tarfile.EmptyHeaderError:  # type: ignore[attr-defined]
            if marked.ended:
                raise
            raise tarfile.ReadError("it ends without an end mark") from None
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"it is broken: {error}") from error
        marked.ended = False
        return info


def _is_hidden(name: str) -> bool:
    """Also such as `__meta__`, which is about the tar."""
    base = name.rpartition("/")[2]
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/")) or (
        base.startswith("__") and base.partition(".")[0].endswith("__")
    )
