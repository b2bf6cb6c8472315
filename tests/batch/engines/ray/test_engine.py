"""One Ray for all tests of this file: starting it is what takes long."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from cluejudge.batch.engines.base import Engine
from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.engines.ray import RayEngine, engine
from cluejudge.batch.engines.ray.cluster import Cluster
from cluejudge.batch.engines.ray.library import ray
from cluejudge.batch.parts import parts
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.run import Finished, run_batch
from cluejudge.batch.shard import Told
from cluejudge.batch.tally import Tally
from cluejudge.errors import CluejudgeWarning, MissingExtraError, ModelError, UsageError
from cluejudge.verdict import Verdict
from tests.api.colours import BROKEN, COLOURS, NOISE, picture, png
from tests.batch.engines.ray import dying

PACE = Pace(workers=1, contact=0)
SHARDS = 8
KEY = "sesame-open-7f3a"


@dataclass
class Watch:
    """Counts the rows that it is told of, by shard; raises `error` at the first."""

    error: BaseException | None = None
    rows: int = 0
    heard: Counter[int] = field(default_factory=Counter)

    def listed(self, rows: int) -> None:
        pass

    def begin(self, rows: int, before: Tally) -> None:
        self.rows = rows

    def told(self, row: Told) -> None:
        self.heard[row.shard] += 1
        if self.error:
            raise self.error


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Ray on this machine, which claims two GPUs, and its folder: both are gone afterwards."""
    started_here = Cluster._started_here
    tmp_path_factory.getbasetemp()  # before there is another folder for what is temporary
    with (
        tempfile.TemporaryDirectory(prefix="cj", dir="/tmp") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(tempfile, "tempdir", folder)
        patch.setenv("HOME", folder)  # where Ray keeps a token
        patch.setattr(
            Cluster, "_started_here", lambda *given: started_here(*given) | {"num_gpus": 2}
        )
        reached = Cluster("local")
        try:
            yield Path(folder)
        finally:
            reached.close()
        assert not ray().is_initialized()
        assert list(Path(folder).glob("ray-*")) == []
        assert _ended()


def _ended() -> bool:
    """Whether no process of Ray is a child of this one, a moment later."""
    for _ in range(50):
        if not [args for args in _children() if b"ray" in args]:
            return True
        time.sleep(0.1)
    return False


def _children() -> Iterator[bytes]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rpartition(")")[2].split()[1]
            if parent == str(os.getpid()):
                yield (status.parent / "cmdline").read_bytes()
        except OSError:
            continue


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """45 files: some twice, some broken."""
    folder = tmp_path_factory.mktemp("pictures")
    colours = ("black", "blue", "red", "white", "yellow")
    chance = random.Random(7)
    files = [
        png(picture(chance.choice(colours), chance.choice(colours), chance.randint(5, 60)))
        for _ in range(40)
    ]
    for number, data in enumerate([*files, files[0], files[20], NOISE, BROKEN, b""]):
        (folder / f"{number:02d}.png").write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def expected(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The parts that the local engine makes."""
    plan = planned(pictures, tmp_path_factory.mktemp("local"))
    run_batch(plan, PACE, LocalEngine(), Watch())
    return found(plan)


def planned(pictures: Path, folder: Path) -> Plan:
    return Plan(
        input=InputSpec(where=str(pictures)),
        output=folder / "run",
        constitution=COLOURS,
        model="fake",
        shards=SHARDS,
    )


def found(plan: Plan) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in parts(plan.output).values()}


@pytest.fixture
def _killed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ShardActor", dying.DiesOnce)


def judged(plan: Plan, engine: Engine, watch: Watch) -> Finished:
    try:
        return run_batch(plan, PACE, engine, watch)
    finally:
        engine.close()


class OneActor(RayEngine):
    """With an actor less: what verdicts share is found out here."""

    def __init__(self) -> None:
        super().__init__(actors=1, cpus_per_actor=0.1, tries=1)

    def common(self, plan: Plan) -> Verdict:
        return LocalEngine().common(plan)


@pytest.mark.usefixtures("_killed_once")
def test_rows_are_those_of_the_local_engine_though_an_actor_is_killed(
    cluster: Path,
    pictures: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    plan, watch = planned(pictures, tmp_path), Watch()
    running = RayEngine(actors=2, cpus_per_actor=0.1, gpus_per_actor=1.0, key=SecretStr(KEY))
    with pytest.warns(CluejudgeWarning, match="an actor died on shard"):
        finished = judged(plan, running, watch)
    assert (tmp_path / "died").read_text() in ("0", "1")  # the GPU of the one that died
    assert found(plan) == expected
    assert finished.summary.duplicates >= 2
    assert sum(watch.heard.values()) == watch.rows == finished.judged == 45
    assert running.judges == 2
    assert list((plan.output / ".work" / "journals").iterdir()) == []
    assert capfd.readouterr() == ("", "")
    written = [path for place in (cluster, plan.output) for path in place.rglob("*")]
    assert [path for path in written if path.is_file() and KEY.encode() in path.read_bytes()] == []


def test_a_shard_on_which_every_actor_dies_ends_the_run_and_not_its_work(
    cluster: Path,
    pictures: Path,
    expected: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "ShardActor", dying.DiesAlways)
    plan = planned(pictures, tmp_path)
    with (
        pytest.warns(CluejudgeWarning, match="an actor died on shards 2-3"),
        pytest.raises(ModelError, match="1 actors in a row died on shards 2-3"),
    ):
        judged(plan, OneActor(), Watch())
    assert "part-00002.parquet" not in found(plan)
    judged(plan, LocalEngine(), Watch())
    assert found(plan) == expected


def test_who_hears_of_rows_may_stop_the_run(
    cluster: Path, pictures: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    plan = planned(pictures, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        judged(plan, OneActor(), Watch(KeyboardInterrupt()))
    judged(plan, LocalEngine(), Watch())
    assert found(plan) == expected


def test_models_that_cannot_be_loaded_are_told_as_they_are_here(
    cluster: Path, pictures: Path, tmp_path: Path
) -> None:
    plan = planned(pictures, tmp_path).model_copy(update={"model": "fake:missing.json"})
    with pytest.raises(UsageError) as there:
        judged(plan, RayEngine(actors=1, cpus_per_actor=0.1), Watch())
    with pytest.raises(UsageError) as here:
        judged(plan, LocalEngine(), Watch())
    assert str(there.value) == str(here.value)
    assert not plan.output.exists()


def test_a_process_that_dies_of_loading_the_models_is_told_at_once(
    cluster: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "described", dying.described)
    plan = planned(pictures, tmp_path)
    with pytest.raises(ModelError, match="the Ray cluster failed"):
        judged(plan, RayEngine(actors=1, cpus_per_actor=0.1), Watch())
    assert len((tmp_path / "deaths").read_bytes()) == 1
    assert not plan.output.exists()


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    known = ray.cache_info().currsize
    ray.cache_clear()
    try:
        with pytest.raises(MissingExtraError, match=r"pip install 'cluejudge\[ray\]'"):
            RayEngine()
    finally:
        monkeypatch.undo()
        assert ray.cache_info().currsize == 0 <= known


def test_addresses_of_clients_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="as a job of Ray"):
        RayEngine(address="ray://10.0.0.1:10001")
