"""The engine: a dataset of numbers of shards, mapped by actors."""

from __future__ import annotations

import pickle
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import cluejudge
from cluejudge.batch.engines.ray.actor import ANSWER, SHARD, ShardActor, described, run_mark
from cluejudge.batch.engines.ray.cluster import Cluster
from cluejudge.batch.engines.ray.desk import held_desk
from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.engines.ray.messages import Answer, Done, Failure, Job
from cluejudge.batch.engines.ray.room import Room, room
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.errors import CluejudgeWarning, ModelError, UsageError
from cluejudge.models.registry import Key
from cluejudge.verdict import Verdict

_TOGETHER = 8
"""Shards of one task, at most: at their borders an actor's batches stay full."""

_TASKS = 4
"""Tasks for each actor, at least, so that all of them end at about the same time."""

_POLL = 0.5  # seconds
_STOPPING = 5.0  # seconds that actors have to end by themselves


class RayEngine:
    """Has shards judged by `actors` on a Ray cluster; see `Cluster` for `address`.

    Each actor is given `gpus_per_actor` and `cpus_per_actor`, which may be fractions; where they
    or the number of actors are not given, they are found by what the cluster has room for
    (`room`). `workers` decode in each actor. `key` opens a server, as for `Judge`. Raises as
    `Cluster` does, and `UsageError` where this machine has no room for an actor.
    """

    def __init__(
        self,
        *,
        address: str | None = None,
        actors: int | None = None,
        gpus_per_actor: float = 0.0,
        cpus_per_actor: float | None = None,
        workers: int = 2,
        key: Key = None,
    ) -> None:
        self._key = key
        self._cluster = Cluster(address, (actors or 1) * (cpus_per_actor or 0.0))
        self._room = room(
            self._cluster.nodes(),
            actors=actors,
            cpus=cpus_per_actor,
            gpus=gpus_per_actor,
            workers=workers,
        )
        if not self._room.actors:
            self._no_room()

    def _no_room(self) -> None:
        asked = f"an actor of {self._room.cpus:g} processors and {self._room.gpus:g} GPUs"
        if self._cluster.local:
            self.close()
            raise UsageError(
                f"this machine has no room for {asked}",
                hint="ask for less with --gpus-per-actor or --cpus-per-actor, or name a cluster",
            )
        warnings.warn(
            f"no node of the cluster has room for {asked} now: waiting until one has",
            CluejudgeWarning,
            stacklevel=3,
        )
        self._room = Room(1, self._room.cpus, self._room.gpus)

    @property
    def judges(self) -> int:
        """How many actors there are."""
        return self._room.actors

    def common(self, plan: Plan) -> Verdict:
        """See `Engine`. The models are loaded where an actor would, and let go again."""
        task = ray().remote(described).options(**self._share(), max_calls=1)
        found: Verdict | Failure = ray().get(task.remote(pickle.dumps(self._job(plan, Pace()))))
        if isinstance(found, Failure):
            raise found.error()
        return found

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        """See `Engine`. Raises `ModelError` if the cluster fails."""
        if not shards:
            return
        desk = held_desk(self._job(plan, pace))
        answers: SimpleQueue[Answer | BaseException | None] = SimpleQueue()
        reader = threading.Thread(
            target=_read, args=(self._dataset(desk, tuple(shards)), answers), daemon=True
        )
        reader.start()
        try:
            while (answer := _next(desk, answers, told)) is not None:
                yield from _shards(answer)
        finally:
            desk.stop.remote()
            reader.join(_STOPPING)
            ray().kill(desk)

    def close(self) -> None:
        """See `Engine`."""
        self._cluster.close()

    def _job(self, plan: Plan, pace: Pace) -> Job:
        mark, version = run_mark(plan.output), cluejudge.__version__
        return Job(plan, pace, self._key, str(Path.cwd()), mark, version)

    def _share(self) -> dict[str, float]:
        return {"num_cpus": self._room.cpus, "num_gpus": self._room.gpus}

    def _dataset(self, desk: Any, shards: Sequence[int]) -> Any:
        """The dataset of answers. Nothing is done before it is read."""
        actors = min(self._room.actors, len(shards))
        together = max(1, min(_TOGETHER, len(shards) // (_TASKS * actors)))
        tasks = -(-len(shards) // together)
        data = ray().data
        numbers = data.from_items([{SHARD: shard} for shard in shards], override_num_blocks=tasks)
        # A shard may take hours, which is no lack of progress.
        numbers.context.execution_no_progress_timeout_s = -1
        numbers.context.enable_progress_bars = False
        return numbers.map_batches(
            ShardActor,
            fn_constructor_args=(desk,),
            batch_size=together,
            # One task at a time: a second would wait for its actor while others are idle.
            compute=data.ActorPoolStrategy(
                size=min(actors, tasks), max_tasks_in_flight_per_actor=1
            ),
            **self._share(),
        )


def _read(dataset: Any, answers: SimpleQueue[Answer | BaseException | None]) -> None:
    """Has the dataset made, and hands on its rows, what it raises, and None at its end."""
    try:
        for row in dataset.iter_rows():
            answers.put(pickle.loads(row[ANSWER]))
    except Exception as error:  # raised in the thread that waits for it
        answers.put(error)
    else:
        answers.put(None)


def _next(
    desk: Any, answers: SimpleQueue[Answer | BaseException | None], told: Callable[[Told], None]
) -> Answer | None:
    """The next answer; `told` hears until then, and of all that led to it."""
    while True:
        try:
            answer = answers.get(timeout=_POLL)
        except Empty:
            _hear(desk, told)
            continue
        if isinstance(answer, BaseException):
            raise _failed(answer) from answer
        _hear(desk, told)
        return answer


def _hear(desk: Any, told: Callable[[Told], None]) -> None:
    for what, times in ray().get(desk.news.remote()).items():
        for _ in range(times):
            told(what)


def _shards(answer: Answer) -> Sequence[ShardDone]:
    if isinstance(answer, Failure):
        raise answer.error()
    return answer.shards if isinstance(answer, Done) else ()


def _failed(error: BaseException) -> BaseException:
    """What is told of an exception of Ray: one that code raised, else that the cluster failed."""
    exceptions = ray().exceptions
    if isinstance(error, exceptions.RayTaskError):
        return error
    return ModelError(
        f"the Ray cluster failed: {error}", hint="the same command goes on from there"
    )
