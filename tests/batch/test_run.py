"""One run after another into one folder: each goes on, or is refused, or has nothing to do."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.parts import parts
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.run import run_batch
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.errors import ModelError, StoreError, UsageError
from cluejudge.verdict import Outcome
from tests.api.colours import SAFE, UNSAFE
from tests.batch.runs import FEW, StopError, Unloaded, Watch, changed, ran, rows

pytestmark = pytest.mark.usefixtures("one_pool")


class EndsEarly(LocalEngine):
    """Leaves out the last shard, and says nothing of it."""

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        return super().run(plan, pace, shards[:-1], told)


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
