"""The same request again, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cluejudge.errors import StoreError
from tests.api.colours import SAFE, UNSAFE
from tests.service.api.judged import URL, outcomes, recorded, told
from tests.service.making import as_json, context


class TestIdempotency:
    def test_the_same_request_is_answered_once(self, client: TestClient) -> None:
        headers = {"Idempotency-Key": "order-1"}
        first = client.post(URL, json=as_json(UNSAFE, SAFE), headers=headers)
        again = client.post(URL, json=as_json(UNSAFE, SAFE), headers=headers)
        assert first.json() == again.json()
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert recorded(client) == 2

    def test_another_request_may_not_take_its_key(self, client: TestClient) -> None:
        headers = {"Idempotency-Key": "order-1"}
        client.post(URL, json=as_json(UNSAFE), headers=headers)
        answer = client.post(URL, json=as_json(SAFE), headers=headers)
        assert (told(answer)[0], answer.json()["type"]) == (
            422,
            "urn:cluejudge:idempotency-conflict",
        )
        assert recorded(client) == 1

    def test_while_it_is_answered_the_other_waits(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parts, headers = context(client), {"Idempotency-Key": "order-1"}
        seen: list[Any] = []
        judge = parts.desk.judge

        async def meanwhile(*given: Any) -> Any:
            if not seen:
                seen.append(
                    await asyncio.to_thread(client.post, URL, json=as_json(), headers=headers)
                )
            return await judge(*given)

        monkeypatch.setattr(parts.desk, "judge", meanwhile)
        assert outcomes(client.post(URL, json=as_json(), headers=headers)) == ["unsafe"]
        assert (told(seen[0])[0], "Retry-After" in seen[0].headers) == (409, True)

    def test_a_request_that_failed_may_be_sent_again(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parts, headers = context(client), {"Idempotency-Key": "order-1"}

        async def failing(*_: Any) -> Any:
            raise StoreError("gone", retryable=True)

        with monkeypatch.context() as patch:
            patch.setattr(parts.desk, "judge", failing)
            assert client.post(URL, json=as_json(), headers=headers).status_code == 503
        assert outcomes(client.post(URL, json=as_json(), headers=headers)) == ["unsafe"]

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_a_key_that_is_none(self, client: TestClient, key: str) -> None:
        answer = client.post(URL, json=as_json(), headers={"Idempotency-Key": key})
        assert told(answer)[0] == 422
