"""What is told of clusters that cannot be used, with a stand-in for Ray."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cluejudge.batch.engines.ray import RayEngine, cluster, engine
from cluejudge.batch.engines.ray.cluster import Cluster
from cluejudge.batch.engines.ray.library import environment
from cluejudge.batch.engines.ray.room import Node
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.errors import CluejudgeWarning, ModelError, UsageError
from tests.api.colours import COLOURS

Init = Callable[..., None]


class EnoughError(Exception):
    """The test has seen what it wants."""


def stand_in(init: Init) -> Callable[[], Any]:
    nothing = SimpleNamespace(is_initialized=lambda: False, init=init, shutdown=lambda **_: None)
    return lambda: nothing


@pytest.mark.parametrize(
    ("address", "error", "message"),
    [
        ("10.0.0.1:6379", UsageError, "there is no Ray cluster at 10.0.0.1:6379: refused"),
        ("auto", UsageError, "there is no Ray cluster at auto: refused"),
        (None, ModelError, "cannot be started on this machine: refused"),
    ],
)
def test_a_cluster_that_is_not_there_is_told(
    address: str | None,
    error: type[Exception],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def refuse(**told: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(2, b"what Ray says")
        raise ConnectionError("refused")

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setattr(cluster, "ray", stand_in(refuse))
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(error, match=message):
        Cluster(address)
    assert signal.getsignal(signal.SIGTERM) == before
    assert capfd.readouterr().err == ""


def test_only_a_ray_of_our_own_is_told_how_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(cluster, "ray", stand_in(lambda **told: heard.append(told)))
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED", raising=False)
    own = Cluster(None, cpus=1000.5)
    folder = Path(heard[0]["_temp_dir"])
    assert folder.is_dir()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    own.close()
    own.close()
    Cluster("10.0.0.1:6379").close()
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED")
    assert not folder.exists()
    assert own.local
    assert heard[0]["address"] == "local"
    assert heard[0]["num_cpus"] == 1001
    assert heard[0]["include_dashboard"] is False
    assert heard[1].keys() == {"address", "log_to_driver", "logging_level"}


def test_what_the_user_has_said_in_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS_SAID", "by the user")
    monkeypatch.delenv("OURS_NOT_SAID", raising=False)
    with environment({"OURS_SAID": "1", "OURS_NOT_SAID": "1"}):
        assert os.environ["OURS_SAID"] == "by the user"
        assert os.environ["OURS_NOT_SAID"] == "1"
    assert os.environ["OURS_SAID"] == "by the user"
    assert "OURS_NOT_SAID" not in os.environ


class Fixed:
    """A cluster of these nodes."""

    def __init__(self, nodes: Sequence[Node], *, local: bool) -> None:
        self._nodes, self.local = nodes, local

    def nodes(self) -> Sequence[Node]:
        return self._nodes

    def close(self) -> None:
        pass


def began(running: RayEngine, tmp_path: Path) -> Iterator[Any]:
    where = InputSpec(where="pictures")
    plan = Plan(input=where, output=tmp_path, constitution=COLOURS, model="fake")
    return running.run(plan, Pace(), [0], lambda told: None)


def test_this_machine_is_refused_where_it_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Fixed([{"CPU": 2.0, "GPU": 0.0}], local=True)
    monkeypatch.setattr(engine, "Cluster", lambda *_: here)
    running = RayEngine(gpus_per_actor=1.0)
    with pytest.raises(UsageError, match="no room for an actor of 0 processors and 1 GPUs"):
        next(began(running, tmp_path))


def test_a_cluster_without_room_may_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def enough(job: object) -> None:
        raise EnoughError

    monkeypatch.setattr(engine, "Cluster", lambda *_: Fixed([{"CPU": 2.0}], local=False))
    monkeypatch.setattr(engine, "held", enough)
    running = RayEngine(cpus_per_actor=4.0)
    with (
        pytest.warns(CluejudgeWarning, match="no node of the cluster has room"),
        pytest.raises(EnoughError),
    ):
        next(began(running, tmp_path))
    assert running.judges == 1


class GoneError(Exception):
    """What Ray raises of an actor that has died."""


class Silent(RayEngine):
    """Its dataset never has a row."""

    def _dataset(self, desk: object, shards: Sequence[int]) -> Any:
        return SimpleNamespace(iter_rows=threading.Event().wait)


def test_the_end_of_the_desk_is_the_end_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(call: object) -> None:
        raise GoneError("the actor died")

    exceptions = SimpleNamespace(RayError=GoneError, RayTaskError=EnoughError)
    call = SimpleNamespace(remote=lambda: None)
    nothing = SimpleNamespace(exceptions=exceptions, get=gone, kill=lambda desk: None)
    monkeypatch.setattr(engine, "ray", lambda: nothing)
    monkeypatch.setattr(engine, "Cluster", lambda *_: Fixed([{"CPU": 2.0}], local=True))
    monkeypatch.setattr(engine, "held", lambda job: SimpleNamespace(news=call, stop=call))
    monkeypatch.setattr(engine, "_STOPPING", 0.0)
    with pytest.raises(ModelError, match=r"failed: the actor died \(the same command goes on"):
        next(began(Silent(), tmp_path))
