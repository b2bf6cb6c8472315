"""One run after another into one folder: each goes on, or is refused, or has nothing to do."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.run import Finished, TooManyErrorsError, run_batch
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.batch.tally import Tally
from cluejudge.claim import Claim
from cluejudge.errors import ModelError, StoreError, UsageError
from cluejudge.settings import Budget, Limits, Sampling, Thresholds
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, SAFE, UNSAFE, picture, png

OTHERS = [png(picture("white", "yellow", side)) for side in range(10, 30)]
FEW = {"a.png": UNSAFE, "b.png": SAFE, "c.png": UNSAFE[:60], "d.png": UNSAFE}


class StopError(Exception):
    """Somebody stops the run."""


@dataclass
class Watch:
    """Notes what it is told; stops the run at the row `stop`."""

    stop: int = 0
    rows: int = 0
    before: Tally = field(default_factory=Tally)
    heard: list[Told] = field(default_factory=list)

    def listed(self, rows: int) -> None:
        self.rows = rows

    def begin(self, rows: int, before: Tally) -> None:
        self.rows, self.before = rows, before

    def told(self, row: Told) -> None:
        self.heard.append(row)
        if len(self.heard) == self.stop:
            raise StopError


class Never(LocalEngine):
    """An engine that must not be asked to judge."""

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        assert not shards
        return iter(())


class Unloaded(Never):
    """Nor to load models."""

    def common(self, plan: Plan) -> Any:
        raise AssertionError("the models were loaded")


class EndsEarly(LocalEngine):
    """Leaves out the last shard, and says nothing of it."""

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        return super().run(plan, pace, shards[:-1], told)


@pytest.fixture(autouse=True)
def _in_one_process(monkeypatch: pytest.MonkeyPatch, pool: DecodePool) -> None:
    """All runs of this file share their processes, which take a while to start."""
    import cluejudge.batch.run
    import cluejudge.batch.tools

    class Shared:
        def __init__(self, *_: object) -> None:
            pass

        def __enter__(self) -> DecodePool:
            return pool

        def __exit__(self, *_: object) -> None:
            pass

    for module in (cluejudge.batch.run, cluejudge.batch.tools):
        monkeypatch.setattr(module, "DecodePool", Shared)


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(2, Limits(), Sampling()) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in FEW.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def plan(pictures: Path, tmp_path: Path) -> Plan:
    where = InputSpec(where=str(pictures))
    return Plan(input=where, output=tmp_path / "out", constitution=COLOURS, model="fake", shards=2)


def ran(plan: Plan, watch: Watch | None = None, **pace: Any) -> Finished:
    return run_batch(plan, Pace(**pace), LocalEngine(), watch or Watch())


def rows(plan: Plan) -> list[dict[str, Any]]:
    found = (batch for path in parts(plan.output).values() for batch in scan(path))
    return [row for batch in found for row in batch.to_pylist()]


def changed(plan: Plan, **update: Any) -> Plan:
    return plan.model_copy(update=update)


def test_half_of_a_batch_is_not_summed_up_as_the_whole(plan: Plan) -> None:
    with pytest.raises(ModelError, match="ended, and 1 of 2 shards are not judged"):
        run_batch(plan, Pace(), EndsEarly(), Watch())
    assert not (plan.output / "summary.json").exists()
    assert ran(plan).summary.images == len(FEW)


def test_a_run_leaves_rows_a_summary_and_a_contact_sheet(plan: Plan) -> None:
    watch = Watch()
    found = ran(plan, watch)
    assert [row["error_code"] or row["outcome"] for row in rows(plan)] == [
        *("unsafe", "safe", "truncated", "unsafe")
    ]
    assert found.judged == 4
    assert found.summary.outcomes[Outcome.UNSAFE] == 2
    assert found.summary.duplicates == 1
    assert found.summary.last_run is not None
    assert found.summary.last_run.judged == 4
    spent = found.summary.last_run
    assert 0 < spent.models <= spent.busy <= spent.seconds
    assert json.loads((plan.output / "summary.json").read_text())["images"] == 4
    assert (plan.output / "contact.html").exists()
    assert (watch.rows, watch.before.total, len(watch.heard)) == (4, 0, 4)


def test_a_finished_run_loads_no_models_and_judges_nothing(plan: Plan) -> None:
    first = ran(plan)
    before = {path: path.read_bytes() for path in plan.output.iterdir() if path.is_file()}
    again = run_batch(plan, Pace(), Unloaded(), Watch())
    assert (again.judged, again.summary) == (0, first.summary)
    assert {path: path.read_bytes() for path in plan.output.iterdir() if path.is_file()} == before


class Killed(LocalEngine):
    """An engine of which a process is killed while it writes a part, and started anew."""

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        (plan.output / ".part-00000.parquet.0123abcd").write_bytes(b"half")
        return super().run(plan, pace, shards, told)


def test_what_is_left_half_written_is_removed(plan: Plan) -> None:
    run_batch(plan, Pace(contact=0), Killed())
    assert not [path for path in plan.output.iterdir() if "parquet." in path.name]


@pytest.mark.parametrize("name", ["contact.html", "summary.json"])
def test_what_a_finished_run_lacks_is_written_again(plan: Plan, name: str) -> None:
    first = ran(plan).summary
    (plan.output / name).unlink()
    again = run_batch(plan, Pace(), Unloaded(), Watch()).summary
    assert (plan.output / name).exists()
    assert again.model_copy(update={"last_run": None}) == first.model_copy(
        update={"last_run": None}
    )


def test_what_sums_up_other_rows_is_gone_while_some_are_judged_anew(plan: Plan) -> None:
    ran(plan)
    parts(plan.output)[1].unlink()
    with pytest.raises(StopError):
        ran(plan, Watch(stop=1))
    assert not [name for name in ("summary.json", "contact.html") if (plan.output / name).exists()]


def test_no_contact_sheet_if_none_is_wanted(plan: Plan) -> None:
    ran(plan, contact=0)
    assert not (plan.output / "contact.html").exists()
    run_batch(plan, Pace(contact=0), Unloaded(), Watch())


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_a_run_that_is_stopped_goes_on(plan: Plan, tmp_path: Path, stop: int) -> None:
    with pytest.raises(StopError):
        ran(plan, Watch(stop=stop))
    assert not (plan.output / "summary.json").exists()
    watch = Watch()
    found = ran(plan, watch)
    assert len(watch.heard) + watch.before.total == 4
    assert found.judged == sum(told.fresh for told in watch.heard) <= 4 - stop + 1
    whole = changed(plan, output=tmp_path / "whole")
    ran(whole)
    assert rows(plan) == rows(whole)


def test_the_work_folder_of_a_finished_run_may_be_deleted(plan: Plan) -> None:
    ran(plan)
    shutil.rmtree(plan.output / ".work")
    assert run_batch(plan, Pace(), Unloaded(), Watch()).judged == 0
    assert run_batch(changed(plan, shards=None), Pace(), Unloaded(), Watch()).judged == 0


class TestAnotherRun:
    @pytest.mark.parametrize(
        ("update", "said"),
        [
            ({"thresholds": Thresholds(prior_high=0.5)}, "prior_high was 0.8, now 0.5"),
            ({"budget": Budget(asks=7)}, "asks was"),
            ({"limits": Limits(max_side=99)}, "max_side was 32768, now 99"),
            ({"sampling": Sampling(every=2)}, "every was 0.5, now 2"),
            ({"shards": 3}, "shards was 2, now 3"),
        ],
    )
    def test_it_is_refused_and_says_what_changed(
        self, plan: Plan, update: dict[str, Any], said: str
    ) -> None:
        ran(plan)
        before = rows(plan)
        with pytest.raises(UsageError, match=said):
            ran(changed(plan, **update))
        assert rows(plan) == before

    def test_a_rule_that_changed_is_named(self, plan: Plan) -> None:
        ran(plan)
        rule = COLOURS.rules[0].model_copy(update={"text": "red upon blue"})
        other = COLOURS.model_copy(update={"rules": (rule, *COLOURS.rules[1:])})
        with pytest.raises(UsageError, match=r"rule red-on-blue changed"):
            ran(changed(plan, constitution=other))

    def test_models_that_changed(self, plan: Plan, tmp_path: Path) -> None:
        ran(plan)
        (tmp_path / "answers.json").write_text("{}")
        with pytest.raises(UsageError, match="fake was"):
            ran(changed(plan, model=f"fake:{tmp_path / 'answers.json'}"))

    def test_an_input_that_changed(self, plan: Plan, pictures: Path) -> None:
        ran(plan)
        (pictures / "e.png").write_bytes(SAFE)
        with pytest.raises(UsageError, match=r"1 (new|more|row)"):
            ran(plan)
        (pictures / "e.png").unlink()
        assert ran(plan).judged == 0

    def test_a_folder_with_something_else_in_it(self, plan: Plan) -> None:
        plan.output.mkdir()
        (plan.output / "thesis.tex").write_text("")
        with pytest.raises(UsageError, match=r"holds no run: thesis\.tex"):
            ran(plan)
        assert [path.name for path in plan.output.iterdir()] == ["thesis.tex"]

    def test_one_that_runs_into_it_now(self, plan: Plan) -> None:
        plan.output.mkdir()
        with Claim(plan.output), pytest.raises(UsageError, match="is being written into"):
            run_batch(plan, Pace(), Unloaded(), Watch())


def test_wrong_models_leave_nothing_behind(plan: Plan) -> None:
    with pytest.raises(UsageError, match="there is no model"):
        ran(changed(plan, model="fkae"))
    assert not plan.output.exists()


def test_an_output_that_cannot_be_made_is_told(plan: Plan, pictures: Path) -> None:
    place = plan.output.with_name("file") / "out"
    place.parent.write_text("")
    with pytest.raises(UsageError, match=r"out cannot be made: .*can be written"):
        ran(changed(plan, output=place))


def test_a_full_disk_is_told_and_the_run_goes_on(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file")

    with monkeypatch.context() as patched:
        patched.setattr("cluejudge.batch.shardwork.write_rows", full)
        with pytest.raises(StoreError, match=r"no room for .*out: .*goes on from there"):
            ran(plan)
    assert ran(plan).summary.images == len(FEW)


def test_of_a_run_that_is_gone_nothing_is_taken_over(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(StopError):
        ran(changed(plan, shards=1), Watch(stop=2))
    for path in plan.output.glob("*"):
        if path.name != ".work":  # as `rm -r run/*` leaves it
            path.unlink()
    other = tmp_path / "others"
    other.mkdir()
    for name, data in {"x.png": SAFE, "y.png": UNSAFE}.items():
        (other / name).write_bytes(data)
    assert ran(changed(plan, input=InputSpec(where=str(other)), shards=1)).judged == 2
    assert [(row["id"], row["outcome"]) for row in rows(plan)] == [
        ("x.png", "safe"),
        ("y.png", "unsafe"),
    ]


class TestErrors:
    def test_too_many_stop_the_run_which_can_go_on(self, plan: Plan, pictures: Path) -> None:
        for number in range(120):
            (pictures / f"broken{number:03}.png").write_bytes(b"\x89PNG\r\n\x1a\n%d" % number)
        watch = Watch()
        with pytest.raises(TooManyErrorsError, match=r"more than 0\.5 of them"):
            ran(plan, watch, max_error_rate=0.5)
        assert 100 <= len(watch.heard) <= 124
        assert not (plan.output / "summary.json").exists()
        found = ran(plan)
        assert found.summary.outcomes[Outcome.ERROR] == 121
        assert found.judged < 124

    def test_few_rows_are_not_too_many(self, plan: Plan) -> None:
        assert ran(plan, max_error_rate=0.0).summary.outcomes[Outcome.ERROR] == 1

    def test_they_are_judged_anew_if_asked_for_and_nothing_else(
        self, plan: Plan, pictures: Path
    ) -> None:
        ran(plan)
        before = {row["id"]: row for row in rows(plan)}
        watch = Watch()
        assert ran(plan, watch, retry_errors=True).judged == 1
        assert {row["id"]: row for row in rows(plan)} == before
        assert [told.fresh for told in watch.heard].count(True) == 1

    def test_what_was_mended_is_judged_then(self, plan: Plan, pictures: Path) -> None:
        place = pictures / "c.png"
        place.write_bytes(bytes(60) + UNSAFE[60:])  # as long as it will be
        ran(plan)
        assert [row["outcome"] for row in rows(plan)] == ["unsafe", "safe", "error", "unsafe"]
        then = place.stat().st_mtime_ns
        place.write_bytes(UNSAFE)
        os.utime(place, ns=(then, then))
        with pytest.raises(StopError):
            ran(plan, Watch(stop=2), retry_errors=True)
        assert len(parts(plan.output)) == 1
        assert ran(plan).summary.outcomes[Outcome.ERROR] == 0
        assert [row["outcome"] for row in rows(plan)] == ["unsafe", "safe", "unsafe", "unsafe"]

    def test_mended_files_may_be_other_files(self, plan: Plan, pictures: Path) -> None:
        ran(plan)
        (pictures / "c.png").write_bytes(OTHERS[0])
        with pytest.raises(UsageError, match=r"1 changed: c\.png"):
            ran(plan)
        with pytest.raises(StopError):
            ran(plan, Watch(stop=1), retry_errors=True)
        assert ran(plan).judged == 1
        assert [row["outcome"] for row in rows(plan)] == ["unsafe", "safe", "safe", "unsafe"]

    def test_others_may_not(self, plan: Plan, pictures: Path) -> None:
        ran(plan)
        before = rows(plan)
        (pictures / "a.png").write_bytes(OTHERS[0])
        with pytest.raises(UsageError, match=r"1 changed: a\.png"):
            ran(plan, retry_errors=True)
        (pictures / "a.png").unlink()
        with pytest.raises(UsageError, match="holds another run"):
            ran(plan, retry_errors=True)
        assert rows(plan) == before

    @pytest.mark.parametrize("stopped", ["Manifest.write", "digest_of"])
    def test_taking_mended_files_over_may_be_stopped(
        self, plan: Plan, pictures: Path, stopped: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran(plan)
        (pictures / "c.png").write_bytes(OTHERS[0])

        def stop(*_: object) -> None:
            raise StopError

        with monkeypatch.context() as patched:
            patched.setattr(f"cluejudge.batch.mended.{stopped}", stop)
            with pytest.raises(StopError):
                ran(plan, retry_errors=True)
        ran(plan, retry_errors=True)
        assert [row["outcome"] for row in rows(plan)] == ["unsafe", "safe", "safe", "unsafe"]

    def test_nothing_to_retry_is_a_finished_run(self, plan: Plan, pictures: Path) -> None:
        (pictures / "c.png").write_bytes(OTHERS[0])
        ran(plan)
        assert run_batch(plan, Pace(retry_errors=True), Never(), Watch()).judged == 0
