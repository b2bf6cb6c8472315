"""The cluster of a run: one that is there, or one of this machine that ends with the run."""

from __future__ import annotations

import logging
import math
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cluejudge.batch.engines.ray.library import environment, ray
from cluejudge.batch.engines.ray.room import CPU, GPU, Node
from cluejudge.errors import ModelError, UsageError

LOCAL = "local"

_STORE = 100 * 2**20
"""Bytes of Ray's object store on this machine; what passes through it are numbers of shards."""

_NO_REPORTS = "RAY_USAGE_STATS_ENABLED"

_QUIET = {
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # else what Ray writes in C++ goes through a progress bar
    "RAY_worker_niceness": "0",  # as the processes of the local engine
}
_STDERR = 2
_LONGEST = 40
"""Characters of a folder in which Ray's sockets still have names that systems allow."""


class Cluster:
    """A connection to Ray, until `close`.

    `address` is as for `ray.init`: HOST:PORT, or `auto` for one that runs on this machine. Without
    one, and with `local`, Ray is started here, on at least `cpus` processors, without its dashboard
    and without telling anyone of it. Where this process is connected already, that is used, and
    left as it is. Raises `MissingExtraError`, `UsageError` for an address that is of no use, and
    `ModelError` where Ray cannot be started.
    """

    def __init__(self, address: str | None = None, cpus: float = 0.0) -> None:
        self._ends = ExitStack()
        self.local = False
        if not ray().is_initialized():
            self._connect(address, cpus)
        self._ends.enter_context(_hushed())

    def _connect(self, address: str | None, cpus: float) -> None:
        self.local = address in (None, LOCAL)
        told: dict[str, Any] = {"address": LOCAL if self.local else address}
        if self.local:
            told |= self._started_here(cpus)
        try:
            os.environ.setdefault(_NO_REPORTS, "0")
            with environment(_QUIET), _same_handler(signal.SIGTERM), _no_stderr():
                ray().init(**told, log_to_driver=False, logging_level=logging.CRITICAL)
        except Exception as error:  # Ray documents none of what it raises
            self._ends.close()
            raise _unreachable(address, error) from error
        # Else its folder is removed while they still write into it.
        self._ends.callback(ray().shutdown, wait_for_processes=True)

    def _started_here(self, cpus: float) -> dict[str, Any]:
        temporary = tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
        self._ends.enter_context(temporary)
        told = {
            "num_cpus": max(os.cpu_count() or 1, math.ceil(cpus)),
            "object_store_memory": _STORE,
            "include_dashboard": False,
        }
        return told | ({"_temp_dir": temporary.name} if len(temporary.name) <= _LONGEST else {})

    def nodes(self) -> tuple[Node, ...]:
        """What the nodes that are there offer."""
        alive = [node["Resources"] for node in ray().nodes() if node["Alive"]]
        return tuple({name: node.get(name, 0.0) for name in (CPU, GPU)} for node in alive)

    @property
    def gpus(self) -> float:
        """How many GPUs there are, on all nodes."""
        return sum(node[GPU] for node in self.nodes())

    def close(self) -> None:
        """Leaves the cluster, or ends the one of this machine; again, it does nothing."""
        self._ends.close()


def check_address(address: str | None) -> None:
    """Raises `UsageError` for one by which no dataset can be made."""
    if address is not None and "://" in address:
        raise UsageError(
            f"{address} is an address for clients outside of a cluster",
            hint="run this on a node of the cluster with --address auto, or as a job of Ray",
        )


def _unreachable(address: str | None, error: Exception) -> UsageError | ModelError:
    if address in (None, LOCAL):
        return ModelError(f"Ray cannot be started on this machine: {error}")
    return UsageError(
        f"there is no Ray cluster at {address}: {error}",
        hint="give the address of one that runs, or none to start Ray on this machine; one that "
        "asks for a token is reached with RAY_AUTH_MODE=token",
    )


@contextmanager
def _same_handler(number: signal.Signals) -> Iterator[None]:
    """Keeps Ray from changing what a signal does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(number)
    try:
        yield
    finally:
        signal.signal(number, handler)


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Swallows what is written past Python, where Ray tells of the level it tells from."""
    sys.stderr.flush()
    kept, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _hushed() -> Iterator[None]:
    """Keeps Ray Data from writing on the terminal: what matters of it is raised."""
    logger = logging.getLogger("ray.data")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
