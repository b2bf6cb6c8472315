"""Tars of samples: files one after the other that are called alike but for what follows a dot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import BinaryIO

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Data, Entry, Fetched, Refusal
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources import places
from cluejudge.batch.sources.base import Row, batches, unlisted, unread
from cluejudge.batch.sources.carrying import Carried, carried, checked, missing
from cluejudge.batch.sources.cells import LARGEST, too_large
from cluejudge.batch.sources.files import Found, Unlisted
from cluejudge.batch.sources.finding import Collection
from cluejudge.batch.sources.places import Member, label
from cluejudge.batch.sources.remote import FETCH_FAILED, UnreachableError, brief, faults
from cluejudge.batch.sources.tars import TAR_SUFFIXES, TarFile, tar_files, unpacked
from cluejudge.batch.sources.wanted import holds_image, named_image
from cluejudge.errors import UsageError
from cluejudge.image.files import HEAD_BYTES
from cluejudge.image.refusals import Code

KEY = "__key__"
"""What stands for the key of a sample among the names of its members."""

_TEXTS = frozenset(
    ("txt", "json", "jsonl", "cls", "caption", "url", "id", "label", "csv", "xml", "yaml", "md")
)
_NO_IMAGES = _TEXTS | {"npy", "npz", "pt", "pth", "pyd", "pickle", "pkl", "html", "wav", "flac"}
_PEEK_SAMPLES = 100
_LONGEST_TEXT = 2**24


@dataclass(slots=True)
class Sample:
    """The files of one sample, as far as they are asked for: its images, and texts by suffix."""

    key: str
    suffixes: list[str] = field(default_factory=list)
    images: list[TarFile] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


class WebDatasetSource:
    """The images of tars: all of a sample, or with `image` those of that suffix, such as `jpg`.

    Ids are the tar's path and the path in it; or, by `id`, the sample's `__key__` or one of its
    texts. Texts are carried over by their suffix, such as `txt` or `json`. A sample without an
    image is a row that says so, and so is what cannot be listed of a tar.
    """

    def __init__(
        self,
        collection: Collection,
        spec: InputSpec,
        tars: Callable[[], Iterator[Found | Unlisted | None]],
    ) -> None:
        """`tars` gives the files that are tars, and None for one that is passed over."""
        self._collection, self._files = collection, collection.files
        self._spec, self._all = spec, tars
        self._image = spec.image.lower().removeprefix(".")
        self.card: Mapping[str, str] = {
            "kind": InputFormat.WEBDATASET.value,
            "where": collection.shown,
            **({"image suffix": spec.image} if spec.image else {}),
            **({"id": spec.id} if spec.id else {}),
        }
        self.passed_over = 0

    @property
    def columns(self) -> pa.Schema:
        """See `Source`."""
        return checked(pa.schema([(one.name, pa.string()) for one in self._carried]))

    @cached_property
    def _carried(self) -> tuple[Carried, ...]:
        told, there = self._collection.told(), self._suffixes()
        if self._image and self._image not in there:
            raise missing(self._image, there, told)
        if self._spec.id and self._spec.id not in (KEY, *there):
            raise missing(self._spec.id, (KEY, *there), told)
        leave = {KEY, self._image, self._spec.id, *(one for one in there if one not in _TEXTS)}
        return carried(self._spec.carry, (KEY, *there), list(leave), told)

    def _suffixes(self) -> tuple[str, ...]:
        """Those of the first samples of the first tar that can be read."""
        why: OSError | None = None
        for found in self._all():
            if not isinstance(found, Found):
                continue
            seen: dict[str, None] = {}
            try:
                for sample in islice(self._samples(found.name, frozenset()), _PEEK_SAMPLES):
                    seen.update(dict.fromkeys(sample.suffixes))
            except OSError as error:
                why = why or error
            if seen:
                return tuple(seen)
        if why:
            raise UsageError(f"nothing of {self._collection.told()} can be read: {brief(why)}")
        suffixes = ", ".join(TAR_SUFFIXES)
        raise UsageError(f"there is no tar with a file in {self._collection.told()} ({suffixes})")

    def listing(self) -> Iterator[pa.RecordBatch]:
        """See `Source`."""
        columns = self.columns  # looks into the first tar
        self.passed_over = 0
        yield from batches(self._rows(), columns)

    def _rows(self) -> Iterator[Row]:
        texts = frozenset({one.column for one in self._carried} | {self._spec.id}) - {KEY, ""}
        for found in self._all():
            if found is None:
                self.passed_over += 1
            elif isinstance(found, Unlisted):
                yield unlisted(found, self._files)
            else:
                try:
                    for sample in self._samples(found.name, texts):
                        yield from self._of_sample(found, sample)
                except OSError as error:
                    yield unread(found.name, self._files, error, found.stamp)

    def _of_sample(self, tar: Found, sample: Sample) -> Iterator[Row]:
        texts = {**sample.texts, KEY: label(sample.key)}
        values = [texts.get(one.column) for one in self._carried]
        given = texts.get(self._spec.id, "").strip()
        for one in sample.images:
            place = Member(tar.name, one.offset, one.size)
            name = given or f"{self._files.label(tar.name)}/{label(one.name)}"
            if one.whole:
                yield Row(name, place, tar.stamp, values)
            else:
                yield Row(name, _refused("it is a link, or a file with holes"), tar.stamp, values)
        if not sample.images:
            name = given or f"{self._files.label(tar.name)}/{label(sample.key)}"
            what = f"member .{self._image}" if self._image else "image"
            why = Refusal(Code.MISSING.value, f"the sample has no {what}")
            yield Row(name, why, tar.stamp, values)

    def _samples(self, name: str, texts: frozenset[str]) -> Iterator[Sample]:
        """The samples of a tar. Raises `OSError` where it is broken, after those before that."""
        sample: Sample | None = None
        with unpacked(self._files, name) as (stream, most):
            try:
                for one in tar_files(stream, most):
                    if one is None:
                        self.passed_over += 1
                        continue
                    key, suffix = _split(one.name)
                    if sample is None or sample.key != key:
                        if sample is not None:
                            yield sample
                        sample = Sample(key)
                    sample.suffixes.append(suffix)
                    if suffix in texts:
                        sample.texts[suffix] = self._text(stream, one)
                    if self._is_image(stream, one, suffix):
                        sample.images.append(one)
            except OSError:
                if sample is not None:
                    yield sample
                raise
            if sample is not None:
                yield sample

    def _is_image(self, stream: BinaryIO, one: TarFile, suffix: str) -> bool:
        if self._image:
            return suffix == self._image
        if named_image(one.name):
            return True
        if suffix in _NO_IMAGES or not one.whole:
            return False
        stream.seek(one.offset)
        return holds_image(stream.read(min(one.size, HEAD_BYTES)))

    def _text(self, stream: BinaryIO, one: TarFile) -> str:
        if one.size > _LONGEST_TEXT:
            raise UsageError(
                f"{label(one.name)} of {self._collection.told()} is too large to be carried over",
                hint="carry over other members",
            )
        stream.seek(one.offset)
        text = stream.read(one.size)
        if len(text) < one.size:
            raise OSError(f"it ends in {label(one.name)}")
        return text.decode("utf-8", "backslashreplace")

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        """See `Source`."""
        with ExitStack() as opened:
            reading, stream = "", None
            for entry in entries:
                place = places.read(entry.place)
                if isinstance(place, Refusal):
                    yield Fetched(entry, place)
                    continue
                if not isinstance(place, Member):
                    raise TypeError(f"{entry.place} is no place in a tar")
                try:
                    if stream is None or reading != place.name:
                        opened.close()
                        self._check(place, entry)
                        stream, _ = opened.enter_context(unpacked(self._files, place.name))
                        reading = place.name
                    yield Fetched(entry, _read(stream, place))
                except OSError as error:
                    stream = None
                    said = f"{self._files.label(place.name)} cannot be read: {brief(error)}"
                    yield Fetched(entry, Refusal(Code.UNREADABLE.value, said))
                except UnreachableError as error:
                    stream = None
                    yield Fetched(entry, Refusal(FETCH_FAILED, str(error)))

    def _check(self, place: Member, entry: Entry) -> None:
        if self._files.stamp(place.name) != entry.stamp:
            raise OSError("it has changed since it was listed")


def _read(stream: BinaryIO, place: Member) -> Data | Refusal:
    if place.size > LARGEST:
        return too_large(place.size)
    with faults():
        stream.seek(place.offset)
        data = stream.read(place.size)
    if len(data) < place.size:
        return Refusal(Code.TRUNCATED.value, f"the tar ends after {len(data)} of its bytes")
    return data


def _refused(why: str) -> Refusal:
    return Refusal(Code.UNREADABLE.value, f"the tar does not hold its bytes: {why}")


def _split(name: str) -> tuple[str, str]:
    """The key of a sample, and the suffix in small letters: all that follows the first dot."""
    folder, slash, base = name.rpartition("/")
    stem, _, suffix = base.partition(".")
    return folder + slash + stem, suffix.lower()
