"""Who may ask: everyone on this machine while there is no key, and then only who holds one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cluejudge.store.records import DecisionFilter, Scope
from tests.service.making import as_json, context, service


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def keyed(client: TestClient) -> tuple[TestClient, str]:
    """A client of a service with one key, which may judge, and its secret."""
    _, secret = context(client).store.keys.add("shop", {Scope.JUDGE})
    return client, secret


def test_without_keys_this_machine_may_do_everything(client: TestClient) -> None:
    assert client.post("/v1/judge", json=as_json()).status_code == 200
    assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""]
)
def test_a_name_of_another_machine_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/v1/decisions", headers={"Host": host})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:cluejudge:wrong-host")


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "127.0.0.1"])
def test_every_name_of_this_machine_will_do(client: TestClient, host: str) -> None:
    assert client.get("/v1/decisions", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_may_not_post(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/judge", json=as_json(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:cluejudge:cross-site")
    assert context(client).store.decisions.find(DecisionFilter()).items == ()


def test_our_own_pages_may(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/v1/judge", json=as_json(), headers=headers).status_code == 200


@pytest.mark.parametrize("dest", ["empty", "image", "script", "iframe"])
def test_a_page_of_another_site_may_not_have_things_fetched(client: TestClient, dest: str) -> None:
    sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": dest}
    for path in ("/v1/export/dsa", "/review", "/metrics"):
        assert client.get(path, headers=sent).status_code == 403
        assert client.get(path, headers={**sent, "Sec-Fetch-Site": "same-origin"}).is_success
        assert client.get(path, headers={**sent, "Sec-Fetch-Dest": "document"}).is_success


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"]
)
def test_nobody_comes_through_a_proxy_without_a_key(client: TestClient, name: str) -> None:
    answer = client.get("/v1/decisions", headers={name: "10.0.0.1"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:cluejudge:through-proxy")


@pytest.mark.parametrize("path", ["/v1/decisions", "/metrics"])
def test_from_the_first_key_on_everyone_needs_one(keyed: tuple[TestClient, str], path: str) -> None:
    client, _ = keyed
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_may_do_what_its_scopes_say(keyed: tuple[TestClient, str]) -> None:
    client, secret = keyed
    assert client.post("/v1/judge", json=as_json(), headers=bearer(secret)).status_code == 200
    refused = client.get("/metrics", headers=bearer(secret))
    assert refused.status_code == 403
    assert "admin" in refused.json()["hint"]


def test_a_key_works_from_anywhere(keyed: tuple[TestClient, str]) -> None:
    client, secret = keyed
    headers = {**bearer(secret), "Host": "judge.example", "X-Forwarded-For": "10.0.0.1"}
    assert client.post("/v1/judge", json=as_json(), headers=headers).status_code == 200


@pytest.mark.parametrize("wrong", ["cj_unknown", "", "é", "cj_" + "x" * 43, "Bearer"])
def test_other_secrets_are_refused(keyed: tuple[TestClient, str], wrong: str) -> None:
    client, _ = keyed
    raw = {b"Authorization": f"Bearer {wrong}".encode("latin-1")}
    assert client.get("/v1/decisions", headers=raw).status_code == 401


def test_a_revoked_key_ends_at_once_and_opens_nothing(keyed: tuple[TestClient, str]) -> None:
    client, secret = keyed
    assert client.get("/v1/decisions", headers=bearer(secret)).status_code == 200
    context(client).store.keys.revoke("shop")
    assert client.get("/v1/decisions", headers=bearer(secret)).status_code == 401
    assert client.get("/v1/decisions").status_code == 401


def test_a_key_is_held_to_its_rate(client: TestClient) -> None:
    keys = context(client).store.keys
    _, slow = keys.add("slow", {Scope.JUDGE}, per_minute=2)
    _, fast = keys.add("fast", {Scope.JUDGE})
    answers = [client.get("/v1/decisions", headers=bearer(slow)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
    assert client.get("/v1/decisions", headers=bearer(fast)).status_code == 200


def test_the_settings_hold_those_without_a_rate(tmp_path: Path) -> None:
    with service(tmp_path, per_minute=1) as client:
        assert [client.get("/v1/decisions").status_code for _ in range(2)] == [200, 429]


def test_where_others_can_reach_it_a_key_is_needed_even_if_there_is_none(tmp_path: Path) -> None:
    with service(tmp_path, host="0.0.0.0") as client:
        assert client.get("/v1/decisions").status_code == 401


def test_the_log_tells_names_and_no_secrets(
    keyed: tuple[TestClient, str], caplog: pytest.LogCaptureFixture
) -> None:
    client, secret = keyed
    with caplog.at_level(logging.INFO, "cluejudge.service"):
        client.post("/v1/judge?token=hidden", json=as_json(), headers=bearer(secret))
    lines = [record.getMessage() for record in caplog.records if record.name == "cluejudge.service"]
    assert len(lines) == 1
    assert lines[0].startswith("POST /v1/judge 200 ")
    assert lines[0].endswith(" shop")
    assert secret not in caplog.text
    assert "hidden" not in lines[0]
