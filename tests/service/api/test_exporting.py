"""Exports over HTTP: who may, what comes, and that it goes on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from cluejudge.api import Judge
from cluejudge.errors import StoreError
from cluejudge.exports.formats import FORMATS
from cluejudge.exports.rows import Row
from cluejudge.service import exported
from cluejudge.service.app import create_app
from cluejudge.service.settings import ServiceSettings
from cluejudge.store import log
from cluejudge.store.records import EntryKind, Scope
from tests.api.colours import BROKEN, COLOURS, SAFE, UNSAFE
from tests.service.making import as_json, context, opened
from tests.service.running import running

URL = "/v1/export"


def judged(client: TestClient) -> list[str]:
    answer = client.post("/v1/judge", json=as_json(UNSAFE, SAFE, BROKEN))
    return [one["id"] for one in answer.json()["decisions"]]


def exports(client: TestClient) -> list[dict[str, object]]:
    store = context(client).store
    with store.database.reading() as connection:
        seq, found = 1, []
        while entry := log.entry(connection, seq):
            found.append(entry)
            seq += 1
    return [json.loads(entry.body) for entry in found if entry.kind is EntryKind.EXPORT]


@pytest.mark.parametrize(
    ("name", "count"), [("label-studio", 3), ("fiftyone", 3), ("llavaguard", 2), ("dsa", 1)]
)
def test_every_format_as_an_array_and_as_lines(client: TestClient, name: str, count: int) -> None:
    judged(client)
    answer = client.get(f"{URL}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.json"'
    lines = client.get(f"{URL}/{name}", params={"shape": "lines"})
    assert lines.headers["content-type"].startswith("application/jsonl")
    assert [json.loads(line) for line in lines.text.splitlines()] == answer.json()
    assert len(answer.json()) == count


def test_the_filters_are_those_of_the_list(client: TestClient) -> None:
    unsafe, safe, _ = judged(client)
    answer = client.get(f"{URL}/llavaguard", params={"outcome": ["unsafe", "error"]})
    assert [one["id"] for one in answer.json()] == [unsafe]
    answer = client.get(f"{URL}/fiftyone", params={"outcome": "safe", "reviewed": False})
    assert [one["decision"] for one in answer.json()] == [safe]


def test_an_export_of_nothing_is_an_empty_array(client: TestClient) -> None:
    assert client.get(f"{URL}/dsa").json() == []


def test_an_export_goes_on_record_with_who_and_what(client: TestClient) -> None:
    client.get(f"{URL}/dsa", params={"rule": "red-on-blue"})
    (body,) = exports(client)
    assert body["format"] == "dsa"
    assert body["by"] == "local"
    assert body["wanted"] == {"rule": "red-on-blue"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/coco", 422),
        ("/dsa?since=yesterday", 422),
        ("/dsa?shape=xml", 422),
        ("/dsa?version=0", 422),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_not_on_record(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(URL + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert exports(client) == []


def test_only_reviewers_export(client: TestClient) -> None:
    store = context(client).store
    _, judge = store.keys.add("app", {Scope.JUDGE})
    _, review = store.keys.add("ann", {Scope.REVIEW})
    statuses = [
        client.get(f"{URL}/dsa", headers=headers).status_code
        for headers in (
            {},
            {"Authorization": f"Bearer {judge}"},
            {"Authorization": f"Bearer {review}"},
        )
    ]
    assert statuses == [401, 403, 200]
    assert [body["by"] for body in exports(client)] == ["ann"]


def test_all_formats_have_a_route(client: TestClient) -> None:
    parameters = client.get("/openapi.json").json()["paths"]["/v1/export/{format}"]["get"]
    (names,) = [one["schema"]["enum"] for one in parameters["parameters"] if one["in"] == "path"]
    assert names == list(FORMATS)


def test_an_export_that_breaks_off_is_no_whole_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Iterator[tuple[Row, ...]]:
        yield ()
        raise StoreError("the database went away")

    monkeypatch.setattr(exported, "pages", failing)
    settings = ServiceSettings(constitution="colours")
    app = create_app(settings, opened(tmp_path), Judge(COLOURS, model="fake"))
    with running(app) as url, pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(f"{url}{URL}/dsa")
