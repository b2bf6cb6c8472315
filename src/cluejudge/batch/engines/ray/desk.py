"""One place for all actors of a run: its ledger, what they tell, and whether to stop.

It is an actor on the driver's node and dies with the run. Nothing in it needs to last: verdicts are
in journals, and a ledger is made of those anew.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.engines.ray.messages import Job, Turn
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.ledger import Claimed, Ledger, rebuilt
from cluejudge.batch.shard import Told

TRIES = 4
"""How many attempts in a row may die on the same shards without another image judged."""


@dataclass
class _Attempt:
    """The latest attempt at some shards; `progress` is how far they were when it began."""

    number: int
    tries: int
    progress: int
    heard: Counter[Told] = field(default_factory=Counter)


class Desk:
    """What actors call, one call at a time; plain Python, so that it is tested without Ray."""

    def __init__(self, job: Job, ledger: Ledger) -> None:
        self._job = job
        self._ledger = ledger
        self._attempts: dict[tuple[int, ...], _Attempt] = {}
        self._claimants: dict[int, set[str]] = {}
        self._passed_on: Counter[Told] = Counter()
        self._news: Counter[Told] = Counter()
        self._progress: Counter[int] = Counter()
        self._stopped = False

    def job(self) -> Job:
        """What an actor must know."""
        return self._job

    def begin(self, shards: tuple[int, ...]) -> Turn:
        """A new attempt at `shards`: an earlier one is dead, and what it had claimed is free."""
        before = self._attempts.get(shards)
        progress = sum(self._progress[shard] for shard in shards)
        stuck = before is not None and before.progress == progress
        number = before.number + 1 if before else 1
        attempt = _Attempt(number, before.tries + 1 if before and stuck else 1, progress)
        self._attempts[shards] = attempt
        for shard in shards:
            for claimant in self._claimants.pop(shard, ()):
                self._ledger.release(claimant)
        return Turn(number, _refusal(shards) if attempt.tries > TRIES else "")

    def tell(self, shards: tuple[int, ...], number: int, counts: Mapping[Told, int]) -> bool:
        """Takes in what an attempt says of rows; whether it is to go on.

        A new attempt says again what the one before it has said; only what is more is passed on.
        """
        attempt = self._attempts.get(shards)
        if attempt is None or attempt.number != number:
            return False
        for told, times in counts.items():
            what = replace(told, fresh=True)
            attempt.heard[what] += times
            more = attempt.heard[what] - self._passed_on[what]
            if more > 0:
                self._passed_on[what] += more
                self._news[told] += more
            if told.fresh:
                self._progress[told.shard] += times
        return not self._stopped

    def news(self) -> Mapping[Told, int]:
        """What was told of rows since the last call."""
        news, self._news = self._news, Counter()
        return news

    def stop(self) -> None:
        """Has attempts end as soon as they tell something."""
        self._stopped = True

    def claim(self, digest: str, shard: int, row: int, attempt: str) -> Claimed:
        """See `Ledger`."""
        self._claimants.setdefault(shard, set()).add(attempt)
        return self._ledger.claim(digest, shard, row, attempt)

    def settle(self, digest: str, shard: int, row: int) -> None:
        """See `Ledger`."""
        self._progress[shard] += 1
        self._ledger.settle(digest, shard, row)

    def release(self, attempt: str) -> None:
        """See `Ledger`."""
        self._ledger.release(attempt)
        for claimants in self._claimants.values():
            claimants.discard(attempt)


def held_desk(job: Job) -> Any:
    """A desk as an actor on this node, with a new ledger; it dies with the driver."""
    here = ray().util.scheduling_strategies.NodeAffinitySchedulingStrategy(
        ray().get_runtime_context().get_node_id(), soft=False
    )
    held = ray().remote(HeldDesk).options(num_cpus=0, scheduling_strategy=here)
    return held.remote(pickle.dumps(job))


class HeldDesk(Desk):
    """A desk with the ledger of its run."""

    def __init__(self, job: bytes) -> None:
        told: Job = pickle.loads(job)
        os.chdir(told.folder)
        ledger = rebuilt(RunFolder(told.plan.output), errors=not told.pace.retry_errors)
        super().__init__(told, ledger)


def _refusal(shards: tuple[int, ...]) -> str:
    named = f"shard {shards[0]}" if len(shards) == 1 else f"shards {shards[0]}-{shards[-1]}"
    return f"{TRIES} actors in a row died on {named} before they had judged another image of it"
