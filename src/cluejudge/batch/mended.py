"""Files that were errors may have been mended since: then their rows are listed otherwise."""

from __future__ import annotations

from cluejudge.batch.durable import write_text
from cluejudge.batch.folder import RUN, RunFolder
from cluejudge.batch.journal import journaled
from cluejudge.batch.manifest import ListedRow, Manifest, digest_of, listed_rows
from cluejudge.batch.parts import scan
from cluejudge.batch.sources.base import OWN, Source
from cluejudge.verdict import Outcome


def only_errors_changed(folder: RunFolder, manifest: Manifest, source: Source) -> bool:
    """Whether no row of `source` is new, gone or elsewhere, and none that is judged has changed.

    Rows that are errors, or not judged yet, may have other stamps than in `manifest`.
    """
    now = (row for batch in source.listing() for row in listed_rows(batch))
    for shard in range(manifest.shards):
        judged = _judged(folder, shard)
        for number, then in enumerate(manifest.rows(shard)):
            row = next(now, None)
            if row is None or _without_stamp(row) != _without_stamp(then):
                return False
            if number in judged and row[_STAMP] != then[_STAMP]:
                return False
    return next(now, None) is None


def take_over(folder: RunFolder, source: Source) -> Manifest:
    """Lists `source` anew for a run that goes on with it."""
    old = folder.read()
    # First what the listing is to be: one that is another, or half written, is made again.
    new = old.model_copy(update={"listing": digest_of(source)})
    write_text(folder.path / RUN, new.model_dump_json(indent=2) + "\n")
    return Manifest.write(folder.inputs, source, old.shards)


_STAMP = OWN.names.index("stamp")


def _without_stamp(row: ListedRow) -> str:
    """As text: a number that is none is not equal to itself."""
    return repr((*row[:_STAMP], *row[_STAMP + 1 :]))


def _judged(folder: RunFolder, shard: int) -> set[int]:
    """The rows of a shard that are judged and no errors."""
    part = folder.part(shard)
    if part.exists():
        outcomes = [one for batch in scan(part, ["outcome"]) for one in batch[0].to_pylist()]
        return {row for row, outcome in enumerate(outcomes) if outcome != Outcome.ERROR}
    done = journaled(folder.journals, shard).items()
    return {row for row, offset in done if offset.outcome is not Outcome.ERROR}
