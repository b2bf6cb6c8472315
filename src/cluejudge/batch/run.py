"""One run of a batch: from what there is to judge to the summary, in a folder of its own."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cluejudge.batch import summary as summaries
from cluejudge.batch.contact import write_contact
from cluejudge.batch.contact.again import again_from
from cluejudge.batch.contact.writing import NAME as CONTACT
from cluejudge.batch.counted import counted
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.engines.base import Engine
from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.fingerprint import Fingerprint, fingerprint, shared
from cluejudge.batch.folder import RUN, RunFolder
from cluejudge.batch.listed import listed
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.mended import only_errors_changed, take_over
from cluejudge.batch.parts import parts
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.retrying import forget_errors
from cluejudge.batch.sources.base import Source
from cluejudge.batch.sources.registry import check_apart, open_source
from cluejudge.batch.summary import Spent, Summary
from cluejudge.batch.summing import summed
from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import ShardDone, Told
from cluejudge.batch.watching import Unwatched, Watching
from cluejudge.claim import Claim
from cluejudge.errors import CluejudgeError, ModelError, StoreError, UsageError
from cluejudge.verdict import Outcome, Verdict

ENOUGH = 100
"""Rows from which on a share of errors says something."""


class TooManyErrorsError(CluejudgeError):
    """More of the rows are errors than were to be; the run can go on from there."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is done. `judged` is how many rows it has judged itself.

    `passed_over` is how many files of the input are no images, as it was listed.
    """

    summary: Summary
    judged: int
    passed_over: int = 0


def run_batch(
    plan: Plan,
    pace: Pace = Pace(),
    engine: Engine | None = None,
    watching: Watching | None = None,
) -> Finished:
    """Judges what is not judged yet of `plan.input` into `plan.output`, and sums it up.

    Without an `engine` it is judged in this process.

    Raises `UsageError` for an input or an output that cannot be used, one that another run has or
    is in; `TooManyErrorsError`; `ModelError` if the engine fails; `StoreError` where there is no
    room; and what loading the models raises. Whatever stops it, the same call goes on from there.
    """
    check_apart(plan.input, plan.output)
    RunFolder(plan.output).check()
    run = _Run(
        plan, pace, engine or LocalEngine(), watching or Unwatched(), open_source(plan.input)
    )
    with _room(plan.output), ExitStack() as stack:
        if plan.output.is_dir():  # at once, not after minutes of loading models
            stack.enter_context(Claim(plan.output))
            common = run.common()
        else:
            common = run.common()
            _make(plan.output)
            stack.enter_context(Claim(plan.output))
        manifest = run.prepared(common)
        spent = run.judged(manifest)
        return Finished(run.summed(manifest, common, spent), spent.judged, manifest.passed_over)


@dataclass(frozen=True, slots=True)
class _Run:
    """The steps of a run, in their order."""

    plan: Plan
    pace: Pace
    engine: Engine
    watching: Watching
    source: Source

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.plan.output)

    def common(self) -> Verdict:
        """What all verdicts share. Where nothing is left to judge, no models are loaded."""
        plan, folder = self.plan, self.folder
        if not self.pace.retry_errors and (folder.path / RUN).exists():
            old = folder.read()
            if len(parts(folder.path)) == old.shards and _is_named_alike(plan, old):
                return shared(plan, old.models)
        return self.engine.common(plan)

    def prepared(self, common: Verdict) -> Manifest:
        """The listing, in a folder that is this run's."""
        plan, folder, retry = self.plan, self.folder, self.pace.retry_errors
        found = listed(folder, self.source, plan.shards, self.watching.listed)
        mended = retry and found.has_changed
        if mended and only_errors_changed(folder, found.manifest, self.source):
            found = found.as_it_was
        first = common.models.get("first", "")
        now = fingerprint(plan, common, self.source.card, found.now, first)
        folder.prepare(now, plan.constitution, found.differences)
        if retry:
            forget_errors(folder, common)
        return take_over(folder, self.source) if mended else found.manifest

    def judged(self, manifest: Manifest) -> Spent:
        """Has what is missing judged; where the time went."""
        missing = self._missing(manifest)
        before = sum((counted(path) for path in parts(self.folder.path).values()), Tally())
        self.watching.begin(manifest.count, before)
        ears = _Ears(self.pace.max_error_rate, before, self.watching)
        began = time.perf_counter()
        busy, models, waiting = self._driven(missing, ears)
        self.folder.tidy()  # an actor that was killed may have been writing a part
        return Spent(
            judged=ears.judged,
            seconds=time.perf_counter() - began,
            judges=self.engine.judges,
            busy=busy,
            models=models,
            waiting=waiting,
        )

    def _missing(self, manifest: Manifest) -> tuple[int, ...]:
        """The shards without a part; if there are any, nothing is summed up yet."""
        starts = [manifest.start(shard) for shard in range(manifest.shards + 1)]
        missing = self.folder.missing([end - start for start, end in pairwise(starts)])
        for name in (summaries.NAME, CONTACT) if missing else ():
            (self.folder.path / name).unlink(missing_ok=True)
        return missing

    def _driven(self, missing: Sequence[int], ears: _Ears) -> tuple[float, float, float]:
        """Has shards judged: seconds by the clock, in the models, and of waiting for images."""
        left = set(missing)
        busy = models = waiting = 0.0
        shards = self.engine.run(self.plan, self.pace, missing, ears.hear)
        with closing(_generated(shards)) as done:
            for shard in done:
                left.discard(shard.shard)
                busy += shard.seconds
                models += shard.models
                waiting += shard.waiting
        if left:  # the summary would be of a part of the batch, and look like the whole
            raise ModelError(
                f"the engine ended, and {len(left)} of {len(missing)} shards are not judged",
                hint="the same command goes on from there",
            )
        return busy, models, waiting

    def summed(self, manifest: Manifest, common: Verdict, spent: Spent) -> Summary:
        """Writes the contact sheet, then the summary, unless both are there and nothing is new."""
        plan, pace, folder = self.plan, self.pace, self.folder
        old = summaries.read(folder.path)
        if old and not spent.judged and (not pace.contact or (folder.path / CONTACT).exists()):
            return old
        last_run = spent if spent.judged else old.last_run if old else None
        found = summed(folder.path, common, folder.inputs, last_run)
        if pace.contact:
            with DecodePool(pace.workers, plan.limits, plan.sampling) as pool:
                again = again_from(self.source, manifest, pool)
                write_contact(folder.path, found, common, again, pace.contact)
        summaries.write(found, folder.path)
        return found


class _Ears:
    """Counts what is told of rows, and stops the run when too many are errors."""

    def __init__(self, max_error_rate: float, before: Tally, watching: Watching) -> None:
        self.judged = 0
        self._rows = before.total
        self._errors = before.outcomes.get(Outcome.ERROR, 0)
        self._most, self._watching = max_error_rate, watching

    def hear(self, row: Told) -> None:
        self._rows += 1
        self._errors += row.outcome is Outcome.ERROR
        self.judged += row.fresh
        self._watching.told(row)
        if row.fresh and self._rows >= ENOUGH and self._errors > self._most * self._rows:
            raise TooManyErrorsError(
                f"{self._errors} of {self._rows} images are errors, more than {self._most:.3g} of "
                "them",
                hint="see what is wrong; the same command with another --max-error-rate goes on",
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}", hint="name a folder that can be written"
        ) from error


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    """Tells of a full disk in words; all other errors are as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise StoreError(
            f"there is no room for {folder}: {os.strerror(error.errno)}",
            hint="make room; the same command goes on from there",
        ) from error


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _generated(shards: Iterator[ShardDone]) -> Generator[ShardDone, None, None]:
    """What can be closed, so that all that is under way ends at once."""
    yield from shards


def _is_named_alike(plan: Plan, old: Fingerprint) -> bool:
    return (plan.model, plan.options, plan.first) == (old.model, old.options, "") and not old.first
