"""The listing of a run: made when it begins, and compared when it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cluejudge.batch.folder import RUN, RunFolder
from cluejudge.batch.manifest import Manifest, Told
from cluejudge.batch.sources.base import Source

_OTHER = "the input is another"


@dataclass(frozen=True, slots=True)
class Listed:
    """What there is to judge.

    `now` is what the command line names, which may be something else than what the run has begun
    with; then `differences` says so.
    """

    manifest: Manifest
    now: Manifest
    differences: str = _OTHER

    @property
    def as_it_was(self) -> Listed:
        """As if the command line named what the run has begun with."""
        return replace(self, now=replace(self.now, digest=self.manifest.digest))

    @property
    def has_changed(self) -> bool:
        """Whether that is something else."""
        return self.now.digest != self.manifest.digest


def listed(folder: RunFolder, source: Source, shards: int | None, told: Told) -> Listed:
    """The listing of `source` in the folder of a run, which is written if there is none.

    `told` hears how many rows there are so far. Raises as `Manifest.write` does.
    """
    begun = folder.read() if (folder.path / RUN).exists() else None
    found = Manifest.open(folder.inputs) if begun else None
    if found is None or begun is None or found.digest != begun.listing:
        found = Manifest.write(folder.inputs, source, begun.shards if begun else shards, told)
        return Listed(found, _divided(found, shards))
    if differences := found.differences(source):
        return Listed(found, replace(_divided(found, shards), digest=""), "; ".join(differences))
    return Listed(found, _divided(found, shards))


def _divided(found: Manifest, shards: int | None) -> Manifest:
    """With as many shards as are asked for, if somebody asks."""
    return replace(found, shards=min(shards, found.count)) if shards else found
