"""What an actor does, with a desk in the same process instead of Ray."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import cluejudge
from cluejudge.batch.engines.ray.actor import ShardActor, described, run_mark
from cluejudge.batch.engines.ray.desk import Desk
from cluejudge.batch.engines.ray.messages import Answer, Done, Failure, Job, Stopped
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.ledger import SqliteLedger
from cluejudge.batch.manifest import Manifest
from cluejudge.batch.parts import parts
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.sources.registry import open_source
from cluejudge.batch.tally import Tally
from cluejudge.errors import ModelError, UsageError
from cluejudge.verdict import Outcome
from tests.api.colours import BROKEN, COLOURS, SAFE, UNSAFE

HERE, ELSEWHERE = "here", "node-7"
Change = Callable[[Job], Job]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Four images in two shards, named from the folder that the run was started in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platform.node", lambda: HERE)
    (tmp_path / "pictures").mkdir()
    for number, data in enumerate((SAFE, UNSAFE, UNSAFE, BROKEN)):
        (tmp_path / "pictures" / f"{number}.png").write_bytes(data)
    where = InputSpec(where="pictures")
    plan = Plan(input=where, output=Path("run"), constitution=COLOURS, model="fake")
    Manifest.write(RunFolder(plan.output).inputs, open_source(where), 2)
    (tmp_path / "run" / "run.json").write_text("{}")
    pace = Pace(workers=1)
    mark = run_mark(plan.output)
    return Job(plan, pace, None, HERE, str(tmp_path), mark, cluejudge.__version__)


def desk_of(job: Job) -> Desk:
    return Desk(job, SqliteLedger(Path(job.folder) / "ledger.sqlite"))


def answered(desk: Desk, *shards: int) -> Answer:
    actor = ShardActor(desk)
    answer: Answer = pickle.loads(actor({"shards": [list(shards)]})["answer"][0])
    return answer


def test_its_shards_are_judged_and_told_wherever_it_was_started(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    desk = desk_of(job)
    answer = answered(desk, 0, 1)
    assert isinstance(answer, Done)
    assert [done.shard for done in answer.shards] == [0, 1]
    tally = sum((done.tally for done in answer.shards), Tally())
    assert tally.outcomes == {Outcome.SAFE: 1, Outcome.UNSAFE: 2, Outcome.ERROR: 1}
    assert sum(desk.news().told.values()) == 4
    assert set(parts(tmp_path / "run")) == {0, 1}


def test_it_stops_when_it_is_told_to(job: Job, tmp_path: Path) -> None:
    desk = desk_of(job)
    desk.stop()
    assert answered(desk, 0) == Stopped()
    assert parts(tmp_path / "run") == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda job: replace(job, version="0.0.1"), "is installed, and the run is of 0.0.1"),
        (lambda job: replace(job, mark="another"), "run is not the folder of the run"),
    ],
)
def test_what_is_not_the_same_on_its_machine_is_told_with_its_name(
    job: Job, change: Change, message: str
) -> None:
    answer = answered(desk_of(replace(change(job), host=ELSEWHERE)), 0)
    assert isinstance(answer, Failure)
    with pytest.raises(UsageError, match=f"^on {HERE}: .*{message}"):
        raise answer.error()


def test_shards_that_are_refused_are_not_touched(job: Job, tmp_path: Path) -> None:
    desk = desk_of(job)
    for _ in range(job.tries):
        desk.begin((0,))
    answer = answered(desk, 0)
    assert isinstance(answer, Failure)
    with pytest.raises(ModelError, match="died on shard 0"):
        raise answer.error()
    assert parts(tmp_path / "run") == {}


def test_what_verdicts_share_is_told_or_why_not(job: Job) -> None:
    common = described(pickle.dumps(job))
    assert not isinstance(common, Failure)
    assert common.models["name"] == "fake"
    plan = job.plan.model_copy(update={"model": "fake:missing.json"})
    failure = described(pickle.dumps(replace(job, plan=plan, host=ELSEWHERE)))
    assert isinstance(failure, Failure)
    assert "missing.json" in failure.message
    assert failure.message.startswith(f"on {HERE}: ")
