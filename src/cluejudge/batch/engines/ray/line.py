"""The desk as an actor, and the line to it that other actors have."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from typing import Any, Protocol

from cluejudge.batch.engines.ray.desk import Desk
from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.engines.ray.messages import Job, Turn
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.ledger import Claimed, Ledger, rebuilt
from cluejudge.batch.shard import Told


class Line(Ledger, Protocol):
    """What a desk is to an actor: see `Desk`."""

    def job(self) -> Job:
        """See `Desk`."""
        ...

    def begin(self, shards: tuple[int, ...]) -> Turn:
        """See `Desk`."""
        ...

    def tell(self, shards: tuple[int, ...], number: int, counts: Mapping[Told, int]) -> bool:
        """See `Desk`."""
        ...


class RayLine:
    """A line to a desk of which `handle` is the actor."""

    def __init__(self, handle: Any) -> None:
        self._desk = handle

    def job(self) -> Job:
        """See `Desk`."""
        job: Job = pickle.loads(ray().get(self._desk.packed_job.remote()))
        return job

    def begin(self, shards: tuple[int, ...]) -> Turn:
        """See `Desk`."""
        turn: Turn = ray().get(self._desk.begin.remote(shards))
        return turn

    def tell(self, shards: tuple[int, ...], number: int, counts: Mapping[Told, int]) -> bool:
        """See `Desk`."""
        return bool(ray().get(self._desk.tell.remote(shards, number, counts)))

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        """See `Ledger`."""
        claimed: Claimed = ray().get(self._desk.claim.remote(digest, shard, row, attempt))
        return claimed

    def settle(self, digest: str, shard: int, row: int) -> None:
        """See `Ledger`. Does not wait: a desk hears what one caller says in its order."""
        self._desk.settle.remote(digest, shard, row)

    def release(self, attempt: str) -> None:
        """See `Ledger`. Does not wait either."""
        self._desk.release.remote(attempt)


class HeldDesk(Desk):
    """A desk in a process of its own, with a new ledger of its run."""

    def __init__(self, packed: bytes) -> None:
        job: Job = pickle.loads(packed)
        os.chdir(job.folder)
        super().__init__(job, rebuilt(RunFolder(job.plan.output)))

    def packed_job(self) -> bytes:
        """What `job` gives, pickled: what Ray does not know it cannot show."""
        return pickle.dumps(self.job())


def held(job: Job) -> Any:
    """The handle of a new desk on this node, which ends with the driver."""
    here = ray().util.scheduling_strategies.NodeAffinitySchedulingStrategy(
        ray().get_runtime_context().get_node_id(), soft=False
    )
    desk = ray().remote(HeldDesk).options(num_cpus=0, scheduling_strategy=here)
    return desk.remote(pickle.dumps(job))
