"""Dry runs over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from cluejudge.api import Judge
from cluejudge.asks import Score, YesNo
from cluejudge.models.protocols import Models
from cluejudge.store.records import DecisionFilter
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, SAFE, UNSAFE, picture, png
from tests.service.api.uploading import URL, dry_run, outcome, problem, upload
from tests.service.making import Gate, as_json, context, opened, service


class TestDryRuns:
    def test_flips_are_told_by_rule_and_nothing_is_decided(self, keeping: TestClient) -> None:
        upload(keeping)
        assert [outcome(keeping, image) for image in (SAFE, UNSAFE, SAFE)] == [
            "safe",
            "unsafe",
            "safe",
        ]
        told = dry_run(keeping)
        assert (told["compared"], told["complete"], told["left"]) == (2, True, 0)
        flips = {(one["before"], one["after"]) for one in told["flips"]}
        assert flips == {("safe", "unsafe"), ("unsafe", "safe")}
        counted = {(one["rule"], one["before"], one["after"]) for one in told["by_rule"]}
        assert ("yellow", "absent", "violated") in counted
        assert ("red-on-blue", "violated", "absent") in counted
        found = context(keeping).store.decisions.find(DecisionFilter()).items
        assert len(found) == 3
        assert outcome(keeping, SAFE) == "safe"

    def test_the_active_version_flips_nothing(self, keeping: TestClient) -> None:
        outcome(keeping, SAFE)
        told = dry_run(keeping, 1)
        assert (told["compared"], told["flips"], told["by_rule"]) == (1, [], [])

    def test_cases_that_fail(self, keeping: TestClient) -> None:
        upload(keeping)
        for image in (SAFE, UNSAFE):
            outcome(keeping, image)
        store = context(keeping).store
        for decision in store.decisions.find(DecisionFilter()).items:
            store.cases.add(
                constitution="colours",
                sha256=decision.sha256,
                expected_outcome=Outcome.SAFE,
                expected_violated=(),
                from_decision=decision.id,
                by="ann",
            )
        told = dry_run(keeping, images=0)
        assert (told["passed"], told["compared"]) == (1, 0)
        (failed,) = told["failed"]
        assert (failed["outcome"], failed["violated"]) == ("unsafe", ["yellow"])
        assert failed["expected_outcome"] == "safe"

    def test_no_more_images_than_asked_for_the_newest_first(self, keeping: TestClient) -> None:
        for side in (10, 20, 30):
            outcome(keeping, png(picture("white", "yellow", side)))
        upload(keeping)
        told = dry_run(keeping, images=1)
        newest = context(keeping).store.decisions.find(DecisionFilter()).items[0]
        assert [one["decision"] for one in told["flips"]] == [newest.id]

    def test_where_no_images_are_kept_there_is_nothing_to_compare(self, client: TestClient) -> None:
        outcome(client, SAFE)
        told = dry_run(client, 1)
        assert (told["compared"], told["left"], told["complete"]) == (0, 0, True)

    def test_beside_it_live_requests_are_judged_and_it_ends_in_time(self, tmp_path: Path) -> None:
        place = str(tmp_path / "images")
        store = opened(tmp_path, images=place)
        slow = _Slow()
        judge = Judge(COLOURS, model=Models(name="slow", scorer=slow))
        with service(tmp_path, judge=judge, store=store, keep_images=place) as client:
            images = [png(picture("white", "yellow", side)) for side in range(1, 9)]
            assert client.post("/v1/judge", json=as_json(*images)).status_code == 200
            upload(client)
            slow.pause.clear()
            runs: list[Any] = []
            running = threading.Thread(target=lambda: runs.append(dry_run(client, seconds=1.5)))
            running.start()
            assert slow.paused.wait(10)
            assert problem(client.post(f"{URL}/colours/dry-run", json={"version": 2})) == (
                409,
                "another dry run is under way",
            )
            live = threading.Thread(target=lambda: runs.append(outcome(client, UNSAFE)))
            live.start()
            running.join(20)
            (told,) = runs
            assert (told["complete"], told["compared"]) == (False, 0)
            assert told["left"] == len(images)
            slow.pause.set()
            live.join(20)
            assert runs[1] == "safe"
            assert dry_run(client)["complete"] is True


class _Slow:
    """A scorer that says No, and waits with it while it is told to."""

    def __init__(self) -> None:
        self.pause, self.paused = threading.Event(), threading.Event()
        self.pause.set()

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        if not self.pause.is_set():
            self.paused.set()
            assert self.pause.wait(20)
        return [YesNo(-4.0, -0.02) if ask.image else YesNo(-0.7, -0.7) for ask in asks]


def test_a_run_takes_two_slots_at_most(tmp_path: Path) -> None:
    place = str(tmp_path / "images")
    gate = Gate()
    gate.let.set()
    store = opened(tmp_path, images=place)
    with service(tmp_path, judge=gate.judge(), store=store, keep_images=place) as client:
        images = [png(picture("white", "yellow", side)) for side in range(1, 9)]
        client.post("/v1/judge", json=as_json(*images))
        upload(client)
        gate.let.clear()
        gate.asked.clear()
        run = threading.Thread(target=dry_run, args=(client,))
        run.start()
        assert gate.asked.wait(10)
        assert b"cluejudge_images_under_way 2.0" in client.get("/metrics").content
        gate.let.set()
        run.join(20)
