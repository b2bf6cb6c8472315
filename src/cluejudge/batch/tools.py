"""What the shard function is given and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cluejudge.api import Judge
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.judged import Judged
from cluejudge.batch.ledger import Ledger
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.sources.base import Source
from cluejudge.batch.sources.registry import open_source
from cluejudge.batch.tally import Tally
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one row; not `fresh` if an earlier attempt judged it. `code` is an error's."""

    shard: int
    outcome: Outcome
    code: str = ""
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class ShardDone:
    """A shard whose part is there.

    `seconds` (by the clock), those in the `models` and those of `waiting` for an image are of the
    time since the shard before it was done, or since the call.
    """

    shard: int
    tally: Tally
    seconds: float = 0.0
    models: float = 0.0
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What shards are judged with, in one process."""

    judge: Judge
    source: Source
    manifest: Manifest
    pool: DecodePool
    folder: RunFolder
    ledger: Ledger
    judged: Judged


@contextmanager
def opened(plan: Plan, pace: Pace, judge: Judge, ledger: Ledger) -> Iterator[Tools]:
    """The tools of one process, over a folder that a run has listed its input into.

    On leaving, the processes that decode end; `ledger` is the caller's. Raises `UsageError` where
    nothing is listed.
    """
    folder = RunFolder(plan.output)
    manifest = Manifest.open(folder.inputs)
    if manifest is None:
        raise UsageError(f"{folder.inputs} holds no listing", hint="run the batch again")
    source = open_source(plan.input)
    judged = Judged(folder, judge.common)
    with DecodePool(pace.workers, plan.limits, plan.sampling) as pool:
        yield Tools(judge, source, manifest, pool, folder, ledger, judged)
