"""One place for all actors of a run: its ledger, what they tell, and whether to stop.

It is an actor on the driver's node and dies with the run. Nothing in it needs to last: verdicts are
in journals, and a ledger is made of those anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cluejudge.batch.engines.ray.messages import Job, News, Turn
from cluejudge.batch.ledger import Claimed, Ledger
from cluejudge.batch.shard import Told


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
        self._told: Counter[Told] = Counter()
        self._deaths: list[str] = []
        self._progress: Counter[int] = Counter()
        self._stopped = False

    def job(self) -> Job:
        """What an actor must know."""
        return self._job

    def begin(self, shards: tuple[int, ...]) -> Turn:
        """A new attempt at `shards`: an earlier one is dead, and what it had claimed is free."""
        before = self._attempts.get(shards)
        progress = sum(self._progress[shard] for shard in shards)
        attempt = _Attempt(1, 1, progress)
        if before:
            self._deaths.append(_named(shards))
            tries = before.tries + 1 if before.progress == progress else 1
            attempt = _Attempt(before.number + 1, tries, progress)
        self._attempts[shards] = attempt
        for shard in shards:
            for claimant in self._claimants.pop(shard, ()):
                self._ledger.release(claimant)
        return Turn(
            attempt.number, _refusal(shards, attempt) if attempt.tries > self._job.tries else ""
        )

    def tell(self, shards: tuple[int, ...], number: int, counts: Mapping[Told, int]) -> bool:
        """Takes in what an attempt says of rows; whether it is to go on.

        A new attempt says again what the one before it has said; only what is more is passed on,
        as fresh: the one before had judged it, and died before it could say so.
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
                self._progress[told.shard] += more
                self._told[told if attempt.number == 1 else what] += more
        return not self._stopped

    def news(self) -> News:
        """What happened since the last call."""
        news = News(self._told, tuple(self._deaths))
        self._told, self._deaths = Counter(), []
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
        self._ledger.settle(digest, shard, row)

    def release(self, attempt: str) -> None:
        """See `Ledger`."""
        self._ledger.release(attempt)
        for claimants in self._claimants.values():
            claimants.discard(attempt)


def _named(shards: tuple[int, ...]) -> str:
    return f"shard {shards[0]}" if len(shards) == 1 else f"shards {shards[0]}-{shards[-1]}"


def _refusal(shards: tuple[int, ...], attempt: _Attempt) -> str:
    return (
        f"{attempt.tries - 1} actors in a row died on {_named(shards)} before they had judged "
        "another image of it"
    )
