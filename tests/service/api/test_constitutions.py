"""Constitutions over HTTP: upload, versions, activation, rolling back, dry runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluejudge.api import Judge
from cluejudge.asks import Score, YesNo
from cluejudge.compiled import dump_compiled, load_compiled
from cluejudge.digest import digest
from cluejudge.errors import ModelError
from cluejudge.models.protocols import Models
from cluejudge.store.records import DecisionFilter, Scope
from cluejudge.verdict import Outcome
from tests.api.colours import COLOURS, SAFE, UNSAFE, Counting, picture, png
from tests.service.making import Gate, as_json, context, opened, service

URL = "/v1/constitutions"
YAML = {"Content-Type": "application/yaml"}
FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
YELLOW = """\
# What is yellow is not allowed.
name: colours
version: "4"
rules:
  - id: yellow
    text: yellow on white
    chain:
      - {text: yellow, objects: yellow}
      - white
  - id: only-black
    text: black without any white
    chain:
      - {text: black, objects: black}
      - {text: white, objects: white, negated: true}
"""


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[TestClient]:
    """A service that keeps images."""
    place = str(tmp_path / "images")
    with service(tmp_path, store=opened(tmp_path, images=place), keep_images=place) as client:
        yield client


def upload(client: TestClient, text: str = YELLOW, **query: Any) -> Any:
    return client.post(URL, content=text.encode(), headers=YAML, params=query)


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["detail"]


def outcome(client: TestClient, image: bytes, **asked: Any) -> str:
    answer = client.post("/v1/judge", json=as_json(image, **asked))
    assert answer.status_code == 200, answer.text
    said: str = answer.json()["decisions"][0]["verdict"]["outcome"]
    return said


def dry_run(client: TestClient, version: int = 2, **asked: Any) -> Any:
    answer = client.post(f"{URL}/colours/dry-run", json={"version": version, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestUploads:
    def test_a_new_version_is_kept_as_it_was_written_and_not_active(
        self, client: TestClient
    ) -> None:
        answer = upload(client)
        told = answer.json()
        assert (answer.status_code, told["added"]) == (201, True)
        stored = told["constitution"]
        assert (stored["name"], stored["version"], stored["label"]) == ("colours", 2, "4")
        assert (stored["active"], stored["by"], stored["text"]) == (False, "local", YELLOW)
        assert stored["digest"] == digest(load_compiled(YELLOW))
        assert outcome(client, SAFE) == "safe"
        assert outcome(client, SAFE, version=2) == "unsafe"

    def test_what_looks_wrong_is_noted_with_its_line(self, client: TestClient) -> None:
        notes = upload(client).json()["notes"]
        (note,) = [one for one in notes if one["code"] == "no-objects"]
        assert (note["rule"], note["level"], note["line"]) == ("yellow", "warning", 9)

    def test_it_can_be_active_at_once(self, client: TestClient) -> None:
        assert upload(client, activate=True).json()["constitution"]["active"] is True
        assert outcome(client, SAFE) == "unsafe"

    def test_the_same_again_is_no_new_version(self, client: TestClient) -> None:
        upload(client)
        answer = upload(client, YELLOW.replace("# What", "# All that"))
        assert (answer.status_code, answer.json()["added"]) == (200, False)
        assert answer.json()["constitution"]["version"] == 2
        assert upload(client, dump_compiled(COLOURS)).json()["constitution"]["version"] == 3

    def test_another_name_is_another_constitution(self, client: TestClient) -> None:
        upload(client, YELLOW.replace("name: colours", "name: signs"))
        told = client.get(URL).json()
        assert told["default"] == "colours"
        names = [(one["name"], one["active"]) for one in told["constitutions"]]
        assert names == [("colours", 1), ("signs", None)]
        assert problem(client.post("/v1/judge", json=as_json(constitution="signs")))[0] == 404

    def test_mistakes_are_told_with_their_lines(self, client: TestClient) -> None:
        broken = YELLOW.replace("chain:\n      - {text: yellow", "chian:\n      - {text: yellow")
        answer = upload(client, broken)
        assert problem(answer)[0] == 422
        errors = answer.json()["errors"]
        assert "chian" in errors[0]["message"] or "chian" in errors[1]["message"]
        assert all(one["at"].startswith("line ") for one in errors)
        assert len(client.get(f"{URL}/colours").json()["versions"]) == 1

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (b"", 422),
            (b"\xff\xfe", 400),
            (b"/etc/passwd", 422),
            (b"{", 422),
            (b"name: colours\nrules: []\n", 422),
            (b"name: colours\nrules:\n  - {id: a, text: no chain}\n", 422),
            (b"name: ../x\nrules:\n  - {id: a, text: b, chain: [c]}\n", 422),
            (
                b"name: x\nversion: "
                + b"y" * 300
                + b"\nrules:\n  - {id: a, text: b, chain: [c]}\n",
                422,
            ),
            (b"x" * (2**20 + 1), 413),
        ],
    )
    def test_what_is_no_compiled_constitution(
        self, client: TestClient, content: bytes, status: int
    ) -> None:
        answer = client.post(URL, content=content, headers=YAML)
        assert problem(answer)[0] == status
        assert b"root:" not in answer.content

    def test_a_body_of_another_kind(self, client: TestClient) -> None:
        assert problem(client.post(URL, json={"name": "x"}))[0] == 415

    @FEW
    @given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
    def test_no_bytes_make_the_service_fail(self, client: TestClient, content: bytes) -> None:
        assert client.post(URL, content=content, headers=YAML).status_code in {400, 422}

    def test_rules_that_the_models_cannot_be_asked_about(self, tmp_path: Path) -> None:
        def vet(contents: Sequence[str]) -> None:
            if any("yellow" in content for content in contents):
                raise ModelError("yellow is too much")

        judge = Judge(COLOURS, model=Models(name="picky", scorer=Counting(), vet=vet))
        with service(tmp_path, judge=judge) as client:
            status, said = problem(upload(client))
            assert (status, "yellow is too much" in said) == (422, True)


class TestVersions:
    def test_reading(self, client: TestClient) -> None:
        upload(client)
        told = client.get(f"{URL}/colours").json()
        assert (told["name"], told["active"]) == ("colours", 1)
        assert [one["version"] for one in told["versions"]] == [2, 1]
        assert "text" not in told["versions"][0]
        assert client.get(f"{URL}/colours/versions/2").json()["text"] == YELLOW

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/other", 404),
            ("/colours/versions/9", 404),
            ("/other/versions/1", 404),
            ("/colours/versions/0", 422),
            ("/colours/versions/x", 422),
            ("/a%00b", 404),
        ],
    )
    def test_what_is_not_there(self, client: TestClient, path: str, status: int) -> None:
        assert problem(client.get(URL + path))[0] == status

    def test_activating_and_rolling_back(self, client: TestClient) -> None:
        upload(client)
        answer = client.post(f"{URL}/colours/activate", json={"version": 2})
        assert (answer.status_code, answer.json()["active"]) == (200, True)
        assert outcome(client, SAFE) == "unsafe"
        answer = client.post(f"{URL}/colours/rollback")
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
        assert outcome(client, SAFE) == "safe"
        assert problem(client.post(f"{URL}/colours/rollback"))[0] == 409

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("/colours/activate", {"version": 7}, 404),
            ("/other/activate", {"version": 1}, 404),
            ("/colours/activate", {}, 422),
            ("/colours/activate", {"version": 0}, 422),
            ("/colours/activate", {"version": 1, "by": "me"}, 422),
            ("/other/rollback", None, 409),
            ("/other/dry-run", {"version": 1}, 404),
            ("/colours/dry-run", {"version": 9}, 404),
            ("/colours/dry-run", {"version": 1, "images": 501}, 422),
            ("/colours/dry-run", {"version": 1, "seconds": 0}, 422),
        ],
    )
    def test_what_cannot_be_done(
        self, client: TestClient, path: str, body: Any, status: int
    ) -> None:
        assert problem(client.post(URL + path, json=body))[0] == status

    def test_changing_needs_the_scope_admin(self, tmp_path: Path) -> None:
        store = opened(tmp_path)
        _, secret = store.keys.add("shop", {Scope.JUDGE})
        with service(tmp_path, store=store) as client:
            client.headers["Authorization"] = f"Bearer {secret}"
            assert client.get(URL).status_code == 200
            for path in ("", "/colours/activate", "/colours/rollback", "/colours/dry-run"):
                answer = client.post(URL + path, json={"version": 1})
                assert problem(answer)[0] == 403


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
