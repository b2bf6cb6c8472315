"""Actors that are killed, as the system kills: at once, and without a word."""

from __future__ import annotations

import os
import pickle
import signal
from typing import Any

from cluejudge.batch.engines.ray.actor import ShardActor
from cluejudge.batch.engines.ray.line import Line
from cluejudge.batch.engines.ray.messages import Job, Turn

SHARD = 2
"""The shard on which `DiesAlways` does."""


class DiesOnce(ShardActor):
    """The first of the run's actors that has judged three images is killed.

    It leaves a file `died`, in which are the GPUs that it had.
    """

    def __init__(self, line: Line) -> None:
        super().__init__(_KilledOnce(line))


class DiesAlways(ShardActor):
    """Is killed whenever it begins `SHARD`."""

    def __init__(self, line: Line) -> None:
        super().__init__(_KilledAlways(line))


def described(packed: bytes) -> None:
    """Is killed, as a process is that loads more than there is memory for; counts it."""
    job: Job = pickle.loads(packed)
    with (job.plan.output.parent / "deaths").open("ab") as file:
        file.write(b".")
    _die()


class _Through:
    def __init__(self, line: Any) -> None:
        self._line = line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


class _KilledOnce(_Through):
    _images = 0

    def settle(self, digest: str, shard: int, row: int) -> None:
        self._line.settle(digest, shard, row)
        self._images += 1
        if self._images == 3 and _is_first(self._line):
            _die()


class _KilledAlways(_Through):
    def begin(self, shards: tuple[int, ...]) -> Turn:
        turn: Turn = self._line.begin(shards)
        if SHARD in shards and not turn.refused:
            _die()
        return turn


def _is_first(line: Line) -> bool:
    try:
        with (line.job().plan.output.parent / "died").open("x") as file:
            file.write(os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    except FileExistsError:
        return False
    return True


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
