"""Which rows of a run a student may learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.rows import to_verdict
from cluejudge.distill.split import number
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome, Verdict

_EVEN = 1 << 64  # what `number` is below


@dataclass(frozen=True, slots=True)
class Row:
    """A row of use, and its place among all of those."""

    place: int
    entry: Entry
    verdict: Verdict


@dataclass(slots=True)
class Rows:
    """The rows of a run as they are read; `left_out` counts those of no use, by the reason.

    Of a run of more than `images` rows about as many are taken, the same each time.
    """

    folder: RunFolder
    images: int
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    _seen: set[bytes] = field(default_factory=set)

    def __iter__(self) -> Iterator[Row]:
        """In the order of the listing. Raises `UsageError` for a run without rows or listing."""
        run, manifest = self.folder.read(), Manifest.open(self.folder.inputs)
        if manifest is None:
            raise UsageError(
                f"{self.folder.path} has no listing of its images any more",
                hint="give the command of the batch again: it lists them and judges nothing anew",
            )
        place = 0
        for shard, part in parts(self.folder.path).items():
            entries = manifest.entries(shard)
            start = 0
            for rows in scan(part):
                for at in self._useful(rows, run.count):
                    # Only these: a row with all its evidence takes long to read.
                    verdict = to_verdict(rows.slice(at, 1).to_pylist()[0], run.common)
                    yield Row(place, entries[start + at], verdict)
                    place += 1
                start += rows.num_rows
        if self.read < run.count:
            self.left_out["not judged yet"] += run.count - self.read

    def _useful(self, rows: pa.RecordBatch, of: int) -> Iterator[int]:
        """The places of the rows of use; `of` is how many rows the run has."""
        told = (rows.column(name).to_pylist() for name in ("outcome", "format", "sha256"))
        for at, (outcome, form, sha256) in enumerate(zip(*told, strict=True)):
            self.read += 1
            judged = outcome != Outcome.ERROR and form is not None
            if reason := self._against(sha256, of) if judged else "errors":
                self.left_out[reason] += 1
            else:
                yield at

    def _against(self, sha256: str, rows: int) -> str:
        digest = bytes.fromhex(sha256)
        if digest in self._seen:
            return "duplicates"
        if number(f"sampled {sha256}") * rows >= self.images * _EVEN:
            return "more than asked for"
        self._seen.add(digest)
        return ""
