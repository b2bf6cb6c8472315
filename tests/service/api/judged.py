"""What `POST /v1/judge` answered."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from cluejudge.store.records import DecisionFilter
from tests.service.making import context

URL = "/v1/judge"


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["verdict"]["outcome"] for one in answer.json()["decisions"]]


def told(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["detail"]


def recorded(client: TestClient) -> int:
    return len(context(client).store.decisions.find(DecisionFilter()).items)
