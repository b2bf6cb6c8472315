"""A folder, a glob or one file: every image a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Fetched, Refusal
from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources import places
from cluejudge.batch.sources.base import Row, batches, unlisted, whole_file
from cluejudge.batch.sources.carrying import no_columns
from cluejudge.batch.sources.files import Unlisted
from cluejudge.batch.sources.finding import Collection
from cluejudge.batch.sources.places import File
from cluejudge.batch.sources.wanted import is_wanted


class FolderSource:
    """The images and videos below a folder; the files that a glob or a path names.

    Of a folder those files count that are images or videos by their name or their content; what is
    named otherwise counts whatever it is. Ids are paths below the folder, or below what stands
    before the first wildcard. Raises `UsageError` if columns are named, for there are none.
    """

    def __init__(self, collection: Collection, spec: InputSpec) -> None:
        self._collection = collection
        kind = InputFormat.FOLDER if collection.is_folder else InputFormat.FILES
        no_columns(spec.carry, spec.image, spec.id, f"{collection.told()} as {kind.value}")
        self.card: Mapping[str, str] = {"kind": kind.value, "where": collection.shown}
        self.columns = pa.schema([])
        self.passed_over = 0

    def listing(self) -> Iterator[pa.RecordBatch]:
        """See `Source`."""
        self.passed_over = 0
        yield from batches(self._rows(), self.columns)

    def _rows(self) -> Iterator[Row]:
        files = self._collection.files
        for found in self._collection.found():
            if found is None:
                self.passed_over += 1
            elif isinstance(found, Unlisted):
                yield unlisted(found, files)
            elif not self._collection.is_folder or is_wanted(files, found.name):
                yield Row(files.label(found.name), File(found.name), found.stamp)
            else:
                self.passed_over += 1

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        """See `Source`."""
        for entry in entries:
            place = places.read(entry.place)
            if isinstance(place, File | Refusal):
                yield whole_file(entry, place, self._collection.files)
            else:
                raise TypeError(f"{entry.place} is no place in a folder")
