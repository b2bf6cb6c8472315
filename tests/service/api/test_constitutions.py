"""Constitutions over HTTP: upload, versions, activation, rolling back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluejudge.api import Judge
from cluejudge.compiled import dump_compiled, load_compiled
from cluejudge.digest import digest
from cluejudge.errors import ModelError
from cluejudge.models.protocols import Models
from cluejudge.store.records import Scope
from tests.api.colours import COLOURS, SAFE, Counting
from tests.service.api.uploading import URL, YAML, YELLOW, outcome, problem, upload
from tests.service.making import as_json, opened, service

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
