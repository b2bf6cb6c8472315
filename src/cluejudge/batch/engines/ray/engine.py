"""The engine: a dataset of numbers of shards, mapped by actors."""

from __future__ import annotations

import pickle
import platform
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

import cluejudge
from cluejudge.batch.engines.ray.actor import ANSWER, SHARDS, ShardActor, described, run_mark
from cluejudge.batch.engines.ray.cluster import Cluster, check_address
from cluejudge.batch.engines.ray.head import Head
from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.engines.ray.line import RayLine, held
from cluejudge.batch.engines.ray.messages import Answer, Done, Failure, Job, News
from cluejudge.batch.engines.ray.room import Room, room
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.errors import CluejudgeError, CluejudgeWarning, ModelError, UsageError
from cluejudge.models.registry import Key, resolved
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
    (`room`). `workers` decode in each actor. `key` opens a server, as for `Judge`. The run ends
    when `tries` actors in a row died on the same shards without another image judged.

    Ray is reached when there is something for it to do; what `Cluster` raises is raised then, and
    `UsageError` where this machine has no room for an actor. Making an engine raises
    `MissingExtraError`, and `UsageError` for an address of Ray's client.
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
        tries: int = 4,
    ) -> None:
        check_address(address)
        ray()
        self._address, self._key, self._tries = address, key, tries
        self._actors, self._cpus, self._gpus = actors, cpus_per_actor, gpus_per_actor
        self._workers = workers
        self._cluster: Cluster | None = None
        self._room = Room(actors or 1, cpus_per_actor or 0.0, gpus_per_actor)
        self._used = self._room.actors

    @property
    def judges(self) -> int:
        """How many actors there are; after a run, how many of them had something to do."""
        return self._used

    def common(self, plan: Plan) -> Verdict:
        """See `Engine`. The models are loaded where an actor would, and let go again."""
        cluster = self._reach()
        if not self._gpus and cluster.gpus and resolved(plan.model)[0] == "mllm":
            _warn(f"actors are given none of the {cluster.gpus:g} GPUs: see --gpus-per-actor")
        # Ray would try again for ever where loading the models takes more memory than there is.
        task = ray().remote(max_calls=1, max_retries=0, **self._share())(described)
        try:
            found = ray().get(task.remote(pickle.dumps(self._job(plan, Pace()))))
        except ray().exceptions.RayError as error:
            _raise(error)
        if isinstance(found, Failure):
            raise found.error()
        common: Verdict = found
        return common

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        """See `Engine`. Raises `ModelError` if the cluster fails."""
        if not shards:
            return
        cluster = self._reach()
        desk = held(self._job(plan, pace))
        answers: SimpleQueue[Answer | BaseException | None] = SimpleQueue()
        reader = threading.Thread(
            target=_read, args=(self._dataset(desk, tuple(shards)), answers), daemon=True
        )
        reader.start()
        head = Head(cluster.nodes)
        try:
            while (answer := _next(desk, answers, told, head)) is not None:
                yield from _shards(answer)
        except KeyboardInterrupt:
            _stop(desk, reader)
            with suppress(CluejudgeError):  # whoever stopped it is told how far it came
                _hear(desk, told)
            raise
        finally:
            head.close()
            _stop(desk, reader)
            ray().kill(desk)

    def close(self) -> None:
        """See `Engine`."""
        if self._cluster:
            self._cluster.close()
            self._cluster = None

    def _reach(self) -> Cluster:
        """The cluster, and in `_room` what it has room for."""
        if self._cluster:
            return self._cluster
        self._cluster = Cluster(self._address, (self._actors or 1) * (self._cpus or 0.0))
        nodes, asked = self._cluster.nodes(), self._actors
        self._room = room(
            nodes, actors=asked, cpus=self._cpus, gpus=self._gpus, workers=self._workers
        )
        if not self._room.actors:
            self._no_room(self._cluster)
        self._used = self._room.actors
        return self._cluster

    def _no_room(self, cluster: Cluster) -> None:
        one = f"an actor of {self._room.cpus:g} processors and {self._room.gpus:g} GPUs"
        if cluster.local:
            self.close()
            raise UsageError(
                f"this machine has no room for {one}",
                hint="ask for less with --gpus-per-actor or --cpus-per-actor, or name a cluster",
            )
        _warn(f"no node of the cluster has room for {one} now: waiting until one has")
        self._room = Room(1, self._room.cpus, self._room.gpus)

    def _job(self, plan: Plan, pace: Pace) -> Job:
        return Job(
            plan,
            pace,
            self._key,
            host=platform.node(),
            folder=str(Path.cwd()),
            mark=run_mark(plan.output),
            version=cluejudge.__version__,
            tries=self._tries,
        )

    def _share(self) -> dict[str, float]:
        return {"num_cpus": self._room.cpus, "num_gpus": self._room.gpus}

    def _dataset(self, desk: Any, shards: Sequence[int]) -> Any:
        """The dataset of answers. Nothing is done before it is read."""
        together = max(1, min(_TOGETHER, len(shards) // (_TASKS * self._room.actors)))
        starts = range(0, len(shards), together)
        rows = [{SHARDS: list(shards[start : start + together])} for start in starts]
        self._used = min(self._room.actors, len(rows))
        data = ray().data
        tasks = data.from_items(rows, override_num_blocks=len(rows))
        # A shard may take hours, which is no lack of progress.
        tasks.context.execution_no_progress_timeout_s = -1
        tasks.context.enable_progress_bars = False
        # One task at a time: a second would wait for its actor while others are idle.
        pool = data.ActorPoolStrategy(size=self._used, max_tasks_in_flight_per_actor=1)
        return tasks.map_batches(
            ShardActor,
            fn_constructor_args=(RayLine(desk),),
            batch_size=1,
            compute=pool,
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


def _stop(desk: Any, reader: threading.Thread) -> None:
    """Has actors leave what they do; it goes on without those that take long to."""
    if reader.is_alive():
        desk.stop.remote()
        reader.join(_STOPPING)


def _next(
    desk: Any,
    answers: SimpleQueue[Answer | BaseException | None],
    told: Callable[[Told], None],
    head: Head,
) -> Answer | None:
    """The next answer; `told` hears until then, and of all that led to it."""
    while True:
        try:
            answer = answers.get(timeout=_POLL)
        except Empty:
            head.check()
            _hear(desk, told)
            continue
        if isinstance(answer, BaseException):
            _raise(answer)
        _hear(desk, told)
        return answer


def _hear(desk: Any, told: Callable[[Told], None]) -> None:
    try:
        news: News = ray().get(desk.news.remote())
    except ray().exceptions.RayError as error:
        _raise(error)
    for shards in news.deaths:
        _warn(f"an actor died on {shards}; another one goes on with it")
    for what, times in news.told.items():
        for _ in range(times):
            told(what)


def _warn(message: str) -> None:
    warnings.warn(message, CluejudgeWarning, stacklevel=3)


def _shards(answer: Answer) -> Sequence[ShardDone]:
    if isinstance(answer, Failure):
        raise answer.error()
    return answer.shards if isinstance(answer, Done) else ()


def _raise(error: BaseException) -> NoReturn:
    """Raises an exception of Ray as it is if our code raised it, else as the cluster's failure."""
    if isinstance(error, ray().exceptions.RayTaskError):
        raise error
    raise ModelError(
        f"the Ray cluster failed: {error}", hint="the same command goes on from there"
    ) from error
