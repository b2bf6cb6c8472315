"""Constitutions that are sent to a service, for tests."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from tests.service.making import as_json

URL = "/v1/constitutions"


YAML = {"Content-Type": "application/yaml"}


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
