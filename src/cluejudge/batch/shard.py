"""The shard function: every engine has its shards judged by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from cluejudge.api import Judge
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.tally import Tally
from cluejudge.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one row; not `fresh` if an earlier attempt judged it."""

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
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    models: float = 0.0
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What shards are judged with; made by `opened`."""

    judge: Judge


def opened(plan: Plan, pace: Pace, judge: Judge, ledger: object) -> AbstractContextManager[Tools]:
    """The tools of one process. On leaving, its decoding processes end; `ledger` is the caller's."""
    raise NotImplementedError


def judge_shards(
    plan: Plan,
    pace: Pace,
    shards: Iterable[int],
    tools: Tools,
    told: Callable[[Told], None],
) -> Iterator[ShardDone]:
    """Judges `shards`, side by side at their borders, and commits each as soon as it is whole.

    Rows that are in a journal of their shard are not judged again. `told` hears of each row, also
    of those; what it raises ends the call, and what was judged by then is in the journals.
    """
    raise NotImplementedError
