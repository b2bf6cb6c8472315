from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from cluejudge.errors import StoreError
from tests.service.making import as_json, context


def test_a_service_that_is_well(client: TestClient) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_record_that_is_gone(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> bool:
        raise StoreError("gone", retryable=True)

    monkeypatch.setattr(context(client).store.keys, "any", gone)
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


def test_a_desk_that_closes_is_not_ready(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context(client).desk, "_closing", True)
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    assert client.post("/v1/judge", json=as_json()).status_code == 503


def test_metrics_are_what_prometheus_reads(client: TestClient) -> None:
    client.post("/v1/judge", json=as_json())
    client.post("/v1/judge", json=as_json())
    families = {
        family.name: family
        for family in text_string_to_metric_families(client.get("/metrics").text)
    }
    reused = families["cluejudge_decisions_reused"].samples[0]
    assert (reused.name, reused.value) == ("cluejudge_decisions_reused_total", 1.0)
    assert "cluejudge_request_seconds" in families


def test_the_openapi_document_needs_no_key_and_tells_of_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    judging = document["paths"]["/v1/judge"]["post"]
    assert set(judging["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert "application/problem+json" in judging["responses"]["4XX"]["content"]
    assert "422" not in judging["responses"]
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404
