"""Tars, plain or compressed, read forwards; an end that is no end is told."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from cluejudge.batch.sources.files import Files
from cluejudge.batch.sources.remote import faults

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


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
def unpacked(files: Files, name: str) -> Iterator[BinaryIO]:
    """A tar as it was before it was compressed. Raises `OSError`."""
    with faults(), files.open(name) as file:
        begins = file.read(6)
        file.seek(0)
        unpack = next((one for magic, one in _PACKED if begins.startswith(magic)), None)
        if unpack is None:
            yield file
        else:
            with unpack(file) as stream:
                yield stream


def tar_files(stream: BinaryIO) -> Iterator[TarFile]:
    """The files of a tar, in order; `stream` stands where the bytes of the last one begin.

    Hidden files are left out. Tars that follow one another in the same file are read on. Raises
    `OSError` where it is broken, and where it ends without an end mark.
    """
    with faults(), _Tar.open(fileobj=stream, mode="r:", tarinfo=_Header, ignore_zeros=True) as tar:
        while (info := tar.next()) is not None:
            tar.members = []  # or all of them are kept
            name = info.name.removeprefix("./")
            if info.isdir() or _is_hidden(name):
                continue
            whole = info.isreg() and not info.issparse()
            yield TarFile(name, info.offset_data, info.size, whole)


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
    return any(part.startswith(".") for part in name.split("/")) or (
        base.startswith("__") and base.partition(".")[0].endswith("__")
    )
