"""Errors of a run: too many of them, and those that are judged anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cluejudge.batch.parts import parts
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.run import TooManyErrorsError, run_batch
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome
from tests.api.colours import UNSAFE
from tests.batch.runs import OTHERS, Never, StopError, Watch, ran, rows

pytestmark = pytest.mark.usefixtures("one_pool")


def test_too_many_stop_the_run_which_can_go_on(plan: Plan, pictures: Path) -> None:
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


def test_few_rows_are_not_too_many(plan: Plan) -> None:
    assert ran(plan, max_error_rate=0.0).summary.outcomes[Outcome.ERROR] == 1


def test_they_are_judged_anew_if_asked_for_and_nothing_else(plan: Plan, pictures: Path) -> None:
    ran(plan)
    before = {row["id"]: row for row in rows(plan)}
    watch = Watch()
    assert ran(plan, watch, retry_errors=True).judged == 1
    assert {row["id"]: row for row in rows(plan)} == before
    assert [told.fresh for told in watch.heard].count(True) == 1


def test_what_was_mended_is_judged_then(plan: Plan, pictures: Path) -> None:
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


def test_mended_files_may_be_other_files(plan: Plan, pictures: Path) -> None:
    ran(plan)
    (pictures / "c.png").write_bytes(OTHERS[0])
    with pytest.raises(UsageError, match=r"1 changed: c\.png"):
        ran(plan)
    with pytest.raises(StopError):
        ran(plan, Watch(stop=1), retry_errors=True)
    assert ran(plan).judged == 1
    assert [row["outcome"] for row in rows(plan)] == ["unsafe", "safe", "safe", "unsafe"]


def test_others_may_not(plan: Plan, pictures: Path) -> None:
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
    plan: Plan, pictures: Path, stopped: str, monkeypatch: pytest.MonkeyPatch
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


def test_nothing_to_retry_is_a_finished_run(plan: Plan, pictures: Path) -> None:
    (pictures / "c.png").write_bytes(OTHERS[0])
    ran(plan)
    assert run_batch(plan, Pace(retry_errors=True), Never(), Watch()).judged == 0
