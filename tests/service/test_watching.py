"""What every answer carries and what is told of every request, also when a bug is met."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cluejudge.errors import StoreError
from cluejudge.service.headers import HEADERS
from tests.service.making import as_json, context, service


@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/v1/decisions", "/metrics"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


def test_on_https_only_https_is_wanted(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        answer = client.get("https://127.0.0.1/health/live")
        assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_a_bug_is_a_problem_that_tells_nothing_of_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inner thoughts")

    monkeypatch.setattr(context(client).store.decisions, "get", broken)
    answer = client.get("/v1/decisions/x")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]
    assert "inner thoughts" not in answer.text
    assert "inner thoughts" in caplog.text


def test_a_record_that_cannot_be_reached_is_told_without_its_address(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("no route to db.internal", retryable=True)

    monkeypatch.setattr(context(client).store.decisions, "get", broken)
    answer = client.get("/v1/decisions/x")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:cluejudge:record-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "db.internal" not in answer.text
    assert "db.internal" in caplog.text


def test_requests_are_counted_by_their_routes(client: TestClient) -> None:
    client.get("/v1/decisions/one")
    client.get("/v1/decisions/two")
    client.get("/nothing/of/this/kind")
    client.post("/v1/judge", json=as_json())
    text = client.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("cluejudge_requests_total")]
    assert set(lines) == {
        'cluejudge_requests_total{method="GET",route="/v1/decisions/{id}",status="404"} 2.0',
        'cluejudge_requests_total{method="GET",route="none",status="404"} 1.0',
        'cluejudge_requests_total{method="POST",route="/v1/judge",status="200"} 1.0',
    }
    assert 'cluejudge_decisions_total{outcome="unsafe"} 1.0' in text


def test_a_strange_path_stays_one_line(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cluejudge.service"):
        client.get("/a%0Ab%1b[31m" + "x" * 500)
    (line,) = [
        record.getMessage() for record in caplog.records if record.name == "cluejudge.service"
    ]
    assert line.isprintable()
    assert len(line) < 300


def test_a_browser_is_led_to_the_pages(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/review")
