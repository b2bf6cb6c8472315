"""The source that an input names, told by its name and by what is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources import huggingface
from cluejudge.batch.sources.base import Source
from cluejudge.batch.sources.files import Found, Unlisted
from cluejudge.batch.sources.finding import Collection, locate
from cluejudge.batch.sources.folder import FolderSource
from cluejudge.batch.sources.lists import ListSource
from cluejudge.batch.sources.localfiles import LocalFiles
from cluejudge.batch.sources.parquet import ParquetReader
from cluejudge.batch.sources.remote import brief
from cluejudge.batch.sources.tables import TableSource
from cluejudge.batch.sources.tars import TAR_SUFFIXES
from cluejudge.batch.sources.wanted import holds_image, named_image
from cluejudge.batch.sources.webdataset import WebDatasetSource
from cluejudge.errors import UsageError
from cluejudge.report.words import one_line

_PARQUET = (".parquet", ".pq")
_ARROW = (".arrow",)
_LISTS = (".txt", ".lst", ".csv", ".tsv", ".jsonl", ".ndjson")
_PEEK_FILES = 1000
_NAME_IT = "say what it is with the format: folder, files, list, parquet, huggingface or webdataset"


def open_source(spec: InputSpec) -> Source:
    """The collection that `spec` names. A relative path is one from the current folder.

    Nothing is listed yet; `columns` and `listing` tell of what is wrong within. Raises
    `UsageError` for what is not there or cannot be told, `MissingExtraError` for a file system
    whose library is missing.
    """
    collection = locate(spec.where, spec.storage)
    kind = spec.format
    if kind is InputFormat.AUTO:
        try:
            kind = _told_format(collection)
        except OSError as error:
            raise UsageError(f"{collection.told()} cannot be read: {brief(error)}") from error
    return _OPENERS[kind](collection, spec)


def check_apart(spec: InputSpec, output: Path) -> None:
    """Raise `UsageError` if what is written into the folder `output` would be input the next time.

    Raises as `open_source` does, too.
    """
    collection = locate(spec.where, spec.storage)
    if isinstance(collection.files, LocalFiles):
        inner = os.path.relpath(os.path.realpath(output), os.path.realpath(collection.files.root))
        if inner.partition(os.sep)[0] != os.pardir:
            part = f"{inner.replace(os.sep, '/')}/part-00000.parquet"
            if collection.holds(part.removeprefix("./")):
                raise UsageError(
                    f"the output {one_line(str(output))} lies in the input {collection.told()}",
                    hint="name a folder beside it",
                )


def _told_format(collection: Collection) -> InputFormat:
    if collection.name:
        return _of_file(collection)
    if collection.is_folder and huggingface.is_dataset(collection.files):
        return InputFormat.HUGGINGFACE
    first = islice(collection.found(), _PEEK_FILES)
    kinds = {_of_name(one.name) for one in first if isinstance(one, Found)}
    likely = kinds - {None, InputFormat.LIST}
    if len(likely) > 1:
        raise UsageError(
            f"{collection.told()} holds files of several kinds: "
            f"{', '.join(sorted(_WORDS[kind] for kind in likely if kind))}",
            hint=_NAME_IT,
        )
    one = likely.pop() if likely else None
    if one is None or one is InputFormat.FILES:
        one = InputFormat.FOLDER if collection.is_folder else InputFormat.FILES
    return one


_WORDS = {
    InputFormat.FILES: "images",
    InputFormat.PARQUET: "parquet files",
    InputFormat.WEBDATASET: "tars",
    InputFormat.HUGGINGFACE: "arrow files",
}


def _of_file(collection: Collection) -> InputFormat:
    known = _of_name(collection.name)
    if known:
        return known
    begins = collection.files.head(collection.name)
    if begins.startswith(b"PAR1"):
        return InputFormat.PARQUET
    if begins[257:262] == b"ustar":
        return InputFormat.WEBDATASET
    if holds_image(begins):
        return InputFormat.FILES
    raise UsageError(f"nobody can tell what {collection.told()} is", hint=_NAME_IT)


def _of_name(name: str) -> InputFormat | None:
    lower = name.partition("?")[0].lower()
    if lower.endswith(_PARQUET):
        return InputFormat.PARQUET
    if lower.endswith(_ARROW):
        return InputFormat.HUGGINGFACE
    if lower.endswith(TAR_SUFFIXES):
        return InputFormat.WEBDATASET
    if lower.endswith(_LISTS):
        return InputFormat.LIST
    return InputFormat.FILES if named_image(lower) else None


def _files(collection: Collection, spec: InputSpec) -> Source:
    if collection.is_folder:
        raise UsageError(f"{collection.told()} is a folder", hint="give its format as `folder`")
    return FolderSource(collection, spec)


def _folder(collection: Collection, spec: InputSpec) -> Source:
    if not collection.is_folder:
        raise UsageError(f"{collection.told()} is no folder", hint="give its format as `files`")
    return FolderSource(collection, spec)


def _list(collection: Collection, spec: InputSpec) -> Source:
    if not collection.name:
        raise UsageError(f"{collection.told()} is no list", hint="give one file")
    return ListSource(collection, spec)


def _parquet(collection: Collection, spec: InputSpec) -> Source:
    def tables() -> Iterator[Found | Unlisted | None]:
        return _with_suffix(collection, _PARQUET)

    return TableSource(collection, spec, ParquetReader(), InputFormat.PARQUET, tables)


def _huggingface(collection: Collection, spec: InputSpec) -> Source:
    def tables() -> Iterator[Found | Unlisted | None]:
        if collection.is_folder:
            return huggingface.tables(collection)
        return _with_suffix(collection, _ARROW)

    return TableSource(collection, spec, huggingface.ArrowReader(), InputFormat.HUGGINGFACE, tables)


def _webdataset(collection: Collection, spec: InputSpec) -> Source:
    return WebDatasetSource(collection, spec, lambda: _with_suffix(collection, TAR_SUFFIXES))


def _with_suffix(
    collection: Collection, suffixes: tuple[str, ...]
) -> Iterator[Found | Unlisted | None]:
    """Of a folder the files that are called so, None for any other; else what is named."""
    for one in collection.found():
        if one is None or isinstance(one, Unlisted):
            yield one
        elif collection.is_folder and not one.name.lower().endswith(suffixes):
            yield None
        else:
            # Asked again, as when it is fetched from: a listing may put the same in other words.
            yield Found(one.name, collection.files.stamp(one.name))


_OPENERS: dict[InputFormat, Callable[[Collection, InputSpec], Source]] = {
    InputFormat.FOLDER: _folder,
    InputFormat.FILES: _files,
    InputFormat.LIST: _list,
    InputFormat.PARQUET: _parquet,
    InputFormat.HUGGINGFACE: _huggingface,
    InputFormat.WEBDATASET: _webdataset,
}
