"""What runs in an actor of the cluster: the shard function, and what it needs around it."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import cluejudge
from cluejudge.batch.engines.base import make_judge
from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.engines.ray.messages import Answer, Done, Failure, Job, Stopped, Turn
from cluejudge.batch.ledger import Claimed
from cluejudge.batch.shard import Told, Tools, judge_shards, opened
from cluejudge.errors import CluejudgeError, ModelError, UsageError
from cluejudge.verdict import Verdict

SHARD, ANSWER = "shard", "answer"
"""The column of the dataset that an actor is given, and the one it makes."""

_TELLING = 1.0  # seconds


class StoppedError(Exception):
    """The run is being stopped; raised through the shard function."""


class ShardActor:
    """Judges the shards of each batch it is called with, and answers one row.

    Models are loaded by the first call, so that an actor that dies of loading them counts as one
    that died on its shards. An error of this package is an answer too: Ray has no part in it.
    """

    def __init__(self, desk: Any) -> None:
        self._desk = desk
        self._open = ExitStack()
        self._ready: tuple[Job, Tools] | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """`batch` has the numbers of shards, int [n]; the answer is a pickled `Answer`."""
        shards = tuple(int(shard) for shard in batch[SHARD])
        try:
            answer = self._answer(shards)
        except CluejudgeError as error:
            answer = Failure.of(error, f"on node {ray().util.get_node_ip_address()}")
        except StoppedError:
            answer = Stopped()
        return {ANSWER: [pickle.dumps(answer)]}

    def _answer(self, shards: tuple[int, ...]) -> Answer:
        turn: Turn = ray().get(self._desk.begin.remote(shards))
        if turn.refused:
            raise ModelError(turn.refused, hint="see the logs of Ray for why it died")
        job, tools = self._ready = self._ready or self._prepared()
        teller = Teller(self._desk, shards, turn.number)
        done = tuple(judge_shards(job.plan, job.pace, shards, tools, teller.hear))
        teller.tell()
        return Done(done)

    def _prepared(self) -> tuple[Job, Tools]:
        job: Job = ray().get(self._desk.job.remote())
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
        ledger = DeskLedger(self._desk)
        return job, self._open.enter_context(opened(job.plan, job.pace, judge, ledger))


def described(packed: bytes) -> Verdict | Failure:
    """What all verdicts of a pickled `Job` share; loads the models."""
    job: Job = pickle.loads(packed)
    _enter(job)
    try:
        return make_judge(job.plan, job.key).common
    except CluejudgeError as error:
        return Failure.of(error, f"on node {ray().util.get_node_ip_address()}")


def _enter(job: Job) -> None:
    """Makes relative paths mean what they mean where the run was started."""
    with suppress(OSError):  # where there is no such folder, only absolute ones mean anything
        os.chdir(job.folder)


def run_mark(output: Path) -> str:
    """The digest of a run's run.json; empty if there is none."""
    try:
        return hashlib.sha256((output / "run.json").read_bytes()).hexdigest()
    except OSError:
        return ""


class Teller:
    """Tells the desk of rows, many at a time; raises `StoppedError` once it says so."""

    def __init__(self, desk: Any, shards: tuple[int, ...], number: int) -> None:
        self._desk, self._shards, self._number = desk, shards, number
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
        go_on = ray().get(self._desk.tell.remote(self._shards, self._number, counts))
        self._next = time.monotonic() + _TELLING
        if not go_on:
            raise StoppedError


class DeskLedger:
    """The run's ledger as an actor sees it."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        """See `Ledger`."""
        claimed: Claimed = ray().get(self._desk.claim.remote(digest, shard, row, attempt))
        return claimed

    def settle(self, digest: str, shard: int, row: int) -> None:
        """See `Ledger`. Does not wait: what one caller says, a desk hears in its order."""
        self._desk.settle.remote(digest, shard, row)

    def release(self, attempt: str) -> None:
        """See `Ledger`."""
        self._desk.release.remote(attempt)
