"""What runs in an actor of the cluster: the shard function, and what it needs around it."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import cluejudge
from cluejudge.batch.engines.base import make_judge
from cluejudge.batch.engines.ray.line import Line
from cluejudge.batch.engines.ray.messages import Answer, Done, Failure, Job, Stopped
from cluejudge.batch.folder import RUN
from cluejudge.batch.shard import Told, Tools, judge_shards, opened
from cluejudge.errors import CluejudgeError, ModelError, UsageError
from cluejudge.verdict import Verdict

SHARDS, ANSWER = "shards", "answer"
"""The column of the dataset that an actor is given, and the one it makes."""

_TELLING = 1.0  # seconds


class StoppedError(Exception):
    """The run is being stopped; raised through the shard function."""


class ShardActor:
    """Judges the shards of each batch it is called with, and answers one row.

    Models are loaded by the first call, so that an actor that dies of loading them counts as one
    that died on its shards. An error of this package is an answer too: Ray has no part in it.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._where = ""
        self._open = ExitStack()
        self._ready: tuple[Job, Tools] | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """`batch` is one row: the numbers of shards; the answer is a pickled `Answer`."""
        (row,) = batch[SHARDS]
        shards = tuple(int(shard) for shard in row)
        try:
            answer = self._answer(shards)
        except CluejudgeError as error:
            answer = Failure.of(error, self._where)
        except StoppedError:
            answer = Stopped()
        return {ANSWER: [pickle.dumps(answer)]}

    def _answer(self, shards: tuple[int, ...]) -> Answer:
        turn = self._line.begin(shards)
        if turn.refused:
            raise ModelError(turn.refused, hint="see the logs of Ray for why it died")
        job, tools = self._ready = self._ready or self._prepared()
        teller = Teller(self._line, shards, turn.number)
        done = tuple(judge_shards(job.plan, job.pace, shards, tools, teller.hear))
        teller.tell()
        return Done(done)

    def _prepared(self) -> tuple[Job, Tools]:
        job = self._line.job()
        self._where = _elsewhere(job)
        _enter(job)
        if cluejudge.__version__ != job.version:
            raise UsageError(
                f"cluejudge {cluejudge.__version__} is installed, and the run is of {job.version}",
                hint="install the same version on all nodes",
            )
        if run_mark(job.plan.output) != job.mark:
            raise UsageError(
                f"{job.plan.output} is not the folder of the run",
                hint="OUTPUT must be on a file system that all nodes share, at the same path",
            )
        judge = make_judge(job.plan, job.key)
        return job, self._open.enter_context(opened(job.plan, job.pace, judge, self._line))


def described(packed: bytes) -> Verdict | Failure:
    """What all verdicts of a pickled `Job` share; loads the models."""
    job: Job = pickle.loads(packed)
    _enter(job)
    try:
        return make_judge(job.plan, job.key).common
    except CluejudgeError as error:
        return Failure.of(error, _elsewhere(job))


def _elsewhere(job: Job) -> str:
    """The name of this machine; empty if the run was started on it."""
    return "" if platform.node() == job.host else platform.node()


def _enter(job: Job) -> None:
    """Makes relative paths mean what they mean where the run was started."""
    with suppress(OSError):  # where there is no such folder, only absolute ones mean anything
        os.chdir(job.folder)


def run_mark(output: Path) -> str:
    """The digest of a run's run.json; empty if there is none."""
    try:
        return hashlib.sha256((output / RUN).read_bytes()).hexdigest()
    except OSError:
        return ""


class Teller:
    """Tells the desk of rows, many at a time; raises `StoppedError` once it says so."""

    def __init__(self, line: Line, shards: tuple[int, ...], number: int) -> None:
        self._line, self._shards, self._number = line, shards, number
        self._counts: Counter[Told] = Counter()
        self._next = 0.0

    def hear(self, told: Told) -> None:
        """Takes in one row."""
        self._counts[told] += 1
        if time.monotonic() >= self._next:
            self.tell()

    def tell(self) -> None:
        """Tells what it has heard."""
        counts, self._counts = self._counts, Counter()
        go_on = self._line.tell(self._shards, self._number, counts)
        self._next = time.monotonic() + _TELLING
        if not go_on:
            raise StoppedError
