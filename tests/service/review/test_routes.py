"""The pages over a real record: items, pictures, the record, and what no page may do."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from cluejudge.exports.formats import FORMATS
from cluejudge.service.headers import POLICY
from cluejudge.service.review.listing import FORMAT_TITLES
from cluejudge.store.records import DecisionFilter, EntryKind
from cluejudge.store.tables import entries
from cluejudge.verdict import Verdict
from tests.api.colours import UNSAFE as PICTURE
from tests.report import samples
from tests.service.making import as_json, service
from tests.service.review.making import (
    EVIL,
    HOME,
    item_of,
    looks,
    recorded,
    send,
    store_of,
)


def test_an_image_is_looked_at_only_when_it_is_asked_for(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    page = client.get(item_of(decision)).text
    assert f"{item_of(decision)}/veiled/0" in page
    veiled = client.get(f"{item_of(decision)}/veiled/0")
    assert veiled.headers["content-type"] == "image/webp"
    assert looks(store_of(client), decision) == [("local", "item")]
    clear = client.get(f"{item_of(decision)}/pictures/0")
    assert len(clear.content) > 0
    assert clear.headers["cache-control"] == "no-store"
    assert looks(store_of(client), decision) == [("local", "item"), ("local", "image")]


def test_without_scripts_the_picture_is_a_link_away(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    assert f"{item_of(decision)}?show=yes" in client.get(item_of(decision)).text
    page = client.get(f"{item_of(decision)}?show=yes").text
    assert f'<img src="{item_of(decision)}/pictures/0"' in page


def test_where_images_are_not_kept_the_page_says_how_they_would_be(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        decision = recorded(store_of(client))
        page = client.get(item_of(decision)).text
        assert "--keep-images" in page
        assert "The boxes are where they were found" in page
        for kind in ("veiled", "pictures"):
            missing = client.get(f"{item_of(decision)}/{kind}/0")
            assert missing.status_code == 404
        assert looks(store_of(client), decision) == [("local", "item")]


@pytest.mark.parametrize(
    "path",
    [
        "/items/dec_none",
        "/items/..%2Fx",
        "/items/%00",
        "/items/dec_none/pictures/0",
        "/static/nothing.js",
        "/static/..%2Fsite.py",
        "/nothing",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(HOME + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("place", ["-1", "1", "99999999999999999999", "x"])
def test_a_picture_that_is_not_there(client: TestClient, place: str) -> None:
    decision = recorded(store_of(client), keep=True)
    answer = client.get(f"{item_of(decision)}/pictures/{place}")
    assert answer.status_code in {404, 422}
    assert client.get(f"{item_of(decision)}/raw/0").status_code == 404


def test_the_record_is_filtered_and_paged(client: TestClient) -> None:
    store = store_of(client)
    for n in range(55):
        recorded(store, samples.SAFE if n % 5 else samples.UNSAFE, data=bytes([n]))
    page = client.get(f"{HOME}/record").text
    assert page.count('<a href="/review/items/') == 50
    following = html.unescape(page.split('rel="next" href="')[1].split('"')[0])
    assert client.get(following).text.count('<a href="/review/items/') == 5
    unsafe = client.get(f"{HOME}/record?outcome=unsafe&rule=on-fire&reviewed=no").text
    assert unsafe.count('<a href="/review/items/') == 11
    assert "No decision is like this" in client.get(f"{HOME}/record?reviewed=yes").text


def test_every_format_has_its_link_and_what_is_taken_goes_on_record(client: TestClient) -> None:
    assert set(FORMAT_TITLES) == set(FORMATS)
    recorded(store_of(client))
    recorded(store_of(client), samples.SAFE, data=b"other")
    page = client.get(f"{HOME}/record?outcome=unsafe").text
    for name in FORMATS:
        link = f"{HOME}/export/{name}?outcome=unsafe"
        assert f'href="{link}"' in page
        assert len(client.get(link).json()) == 1
    with store_of(client).database.reading() as connection:
        kinds = connection.execute(select(entries.c.kind)).scalars().all()
    assert kinds.count(EntryKind.EXPORT) == len(FORMATS)
    assert client.get(f"{HOME}/export/csv").status_code == 404


def hostile() -> Verdict:
    finding = samples.ON_FIRE.model_copy(
        update={"rule_id": EVIL, "text": EVIL, "action": EVIL, "reason": EVIL}
    )
    doctor = samples.DOCTOR.model_copy(update={"text": EVIL, "rationale": EVIL, "reason": EVIL})
    finding = finding.model_copy(update={"groups": (*finding.groups, (doctor,))})
    views = (samples.UNSAFE.views[0].model_copy(update={"view": "whole"}),)
    return samples.UNSAFE.model_copy(
        update={
            "image": EVIL,
            "violated": (EVIL,),
            "rules": (finding,),
            "models": {EVIL: EVIL},
            "constitution": EVIL,
            "reason": EVIL,
            "views": views,
        }
    )


@pytest.mark.parametrize("path", ["", "/record", "/figures", "item"])
def test_no_text_of_a_verdict_or_a_reviewer_becomes_part_of_a_page(
    client: TestClient, path: str
) -> None:
    decision = recorded(store_of(client), hostile())
    fields = {"outcome_0": "cleared", "reason_0": EVIL, "note": EVIL}
    if path != "":
        assert send(client, decision, "overrule", **fields).status_code == 303
    page = client.get(item_of(decision) if path == "item" else HOME + path).text
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_page_runs_its_own_script_only(client: TestClient) -> None:
    decision = recorded(store_of(client), keep=True)
    answer = client.get(item_of(decision))
    assert answer.headers["content-security-policy"] == POLICY
    assert "'unsafe" not in POLICY
    assert answer.headers["cache-control"] == "no-store"
    for inline in (" style=", " onclick=", "<style", "javascript:"):
        assert inline not in answer.text


def test_static_files_may_be_kept_for_good_under_their_own_name(client: TestClient) -> None:
    page = client.get(HOME).text
    for name, mime in (("review.css", "text/css"), ("review.js", "text/javascript")):
        path = page.split(f"static/{name}")[1].split('"')[0]
        answer = client.get(f"{HOME}/static/{name}{path}")
        assert answer.headers["content-type"].startswith(mime)
        assert "immutable" in answer.headers["cache-control"]
        assert client.get(f"{HOME}/static/{name}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "query", ["?before=0", "?rule=%00", "?constitution=" + "a" * 3000, "?want=x"]
)
def test_a_strange_query_is_no_error(client: TestClient, query: str) -> None:
    recorded(store_of(client))
    for path in ("", "/record", "/figures"):
        assert client.get(f"{HOME}{path}{query}").status_code == 200


def test_a_decision_that_was_reused_names_the_first(client: TestClient) -> None:
    client.post("/v1/judge", json=as_json(PICTURE))
    client.post("/v1/judge", json=as_json(PICTURE))
    newest, first = store_of(client).decisions.find(DecisionFilter()).items
    assert newest.reused_from == first.id
    assert first.id in client.get(item_of(newest)).text
    queue = client.get(HOME).text
    assert first.id in queue
    assert newest.id not in queue
